import { createCalls } from './calls.ts';
import { createRandom } from './random.ts';
import { createSchedule } from './schedule.ts';
import { createStaff } from './staff.ts';
import { createWebhookSender } from './webhook-sender.ts';
import type { SimulatedWebhook } from './webhook-sender.ts';

export interface CentreOptions {
  readonly seed: number;
  readonly agents: number;
  /** Events per second, on average. */
  readonly rate: number;
  /** Time of the first event, in ms since 1970. */
  readonly start: number;
  /** Where actions have sent a call; absent: there are none. */
  readonly delegatedTo?: (callId: string) => string | undefined;
}

/** Average number of events of a call, measured over a simulated day. */
const eventsPerCall = 8.7;

/** Time over which the agents log in, in ms. All at once, their log-ins would be most of the first webhooks. */
const logInsMs = 60_000;

/** Step of the simulated clock, in ms. */
const stepMs = 1_000;

/** Simulates a call centre without end: its webhooks in the order of posting. The same options give the same bytes. */
export function* simulateCentre({
  seed,
  agents,
  rate,
  start,
  delegatedTo,
}: CentreOptions): Generator<SimulatedWebhook> {
  const random = createRandom(seed);
  const webhooks = createWebhookSender(random);
  const staff = createStaff(agents, { random, webhooks });
  const schedule = createSchedule<(at: number) => void>();
  const startCall = createCalls({ random, webhooks, staff, schedule: schedule.put, delegatedTo });

  staff.agents.forEach((agent, i) => {
    schedule.put(start + (i / agents) * logInsMs, (at) => staff.logIn(at, agent));
  });
  const arrive = (at: number): void => {
    schedule.put(at + random.exponential((1000 * eventsPerCall) / rate), arrive);
    startCall(at);
  };
  schedule.put(start, arrive);
  for (let now = start; ; now += stepMs) {
    for (let next = schedule.take(now); next; next = schedule.take(now)) next.item(next.at);
    yield* webhooks.take(now);
  }
}
