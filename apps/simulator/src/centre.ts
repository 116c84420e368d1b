import { createSchedule } from './schedule.ts';
import { createCalls } from './calls.ts';
import { createRandom } from './random.ts';
import { createStaff } from './staff.ts';
import { createWebhookSender } from './webhook-sender.ts';
import type { SimulatedWebhook } from './webhook-sender.ts';

export interface CentreOptions {
  readonly seed: number;
  readonly agents: number;
  /** Events per second, on average. */
  readonly rate: number;
  /** When it opens, in ms since 1970. */
  readonly start: number;
}

/** Events that a call makes on average, measured over a simulated day. */
const eventsPerCall = 8.7;

/** In what time the agents come to work, in ms: not all at once, or their logins would be most of the traffic. */
const shiftBeginsMs = 60_000;

/** How far the centre lives ahead of what it has posted, in ms: longer than any posting is late. */
const stepMs = 1_000;

/** A call centre at work, for ever: its webhooks in the order of posting. The same options give the same bytes. */
export function* simulateCentre({ seed, agents, rate, start }: CentreOptions): Generator<SimulatedWebhook> {
  const random = createRandom(seed);
  const wire = createWebhookSender(random);
  const staff = createStaff(agents, { random, wire });
  const agenda = createSchedule<(at: number) => void>();
  const call = createCalls({ random, wire, staff, later: agenda.put });

  staff.workers.forEach((worker, i) => {
    agenda.put(start + (i / agents) * shiftBeginsMs, (at) => staff.logIn(at, worker));
  });
  const arrive = (at: number): void => {
    agenda.put(at + random.exponential((1000 * eventsPerCall) / rate), arrive);
    call(at);
  };
  agenda.put(start, arrive);
  for (let now = start; ; now += stepMs) {
    for (let next = agenda.take(now); next; next = agenda.take(now)) next.item(next.at);
    yield* wire.take(now);
  }
}
