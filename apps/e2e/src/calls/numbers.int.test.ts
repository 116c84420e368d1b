import { jest } from '@jest/globals';
import { Agents, Queues, Stats } from '@callstream/contracts';
import { fixtureEvents } from '@callstream/domain/testing';
import { startTimeFor, fillTopic, simulatedBodies } from '../load/simulated-webhooks.ts';
import { until } from '@callstream/stack';
import { readLog } from '../log/read-log.ts';
import { recount, recountLive } from './recount.ts';
import type { RawEvent } from './recount.ts';
import { launch } from '../system/service-process.ts';
import type { System } from '../system/system.ts';
import { startTestSystem } from '../system/test-system.ts';

// A busy machine is no failure: what hangs is noticed all the same.
jest.setTimeout(120_000);

const stack = new AsyncDisposableStack();
let system: System;
let log: readonly RawEvent[];

/** A day and some more of a small centre in which people wait. */
const events = 9_000;
const perSecond = 0.1;
/** And what goes on there now: half an hour of another. */
const liveEvents = 1_000;
const livePerSecond = 0.5;

/** Calls that were heard of in the time that a gateway looks back. */
const live = () => recountLive(log, Date.now() - 2 * 3_600_000);

beforeAll(async () => {
  system = stack.use(await startTestSystem());
  await fillTopic(system, [...fixtureEvents.values()].flat());
  await fillTopic(system, simulatedBodies(events, perSecond, { agents: 2 }));
  const start = startTimeFor(liveEvents, livePerSecond);
  await fillTopic(system, simulatedBodies(liveEvents, livePerSecond, { agents: 2, seed: 2, start }));
  await system.projected();
  log = await readLog(system.kafka, system.topic);
}, 120_000);
afterAll(() => stack.disposeAsync());

async function get<T>(schema: { readonly parse: (value: unknown) => T }, path: string): Promise<T> {
  const response = await fetch(`${system.socketUrl.replace('ws:', 'http:')}api/${path}`);
  return schema.parse(await response.json());
}

/** What both ways of counting have. */
const shared = ({
  visits,
  answered,
  answered_in_time,
  abandoned,
  abandoned_short,
  flowed_out,
  open,
  asa_ms,
}: Stats['total']) => ({
  ...{ visits, answered, answered_in_time, abandoned, abandoned_short, flowed_out, open },
  asa_ms: asa_ms === null ? null : (expect.closeTo(asa_ms, 6) as unknown),
});

describe('the numbers of the nineteen lives and of a simulated day', () => {
  it.each([
    ['2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z', 20],
    ['2026-03-03T00:00:00Z', '2026-03-04T00:00:00Z', 0],
    ['2026-03-02T13:30:00Z', '2026-03-02T14:45:00Z', 7.5],
    ['2026-03-01T00:00:00Z', '2026-03-09T00:00:00Z', 120],
  ])('are what a plain recount of the log gives: %s to %s, within %d s', async (from, to, threshold) => {
    const rules = {
      from: Date.parse(from),
      to: Date.parse(to),
      serviceLevelMs: threshold * 1_000,
      shortAbandonMs: 5_000,
    };
    const counted = recount(log, rules);
    expect(counted.size).toBeGreaterThan(2);
    const { queues } = await get(Stats, `stats?from=${from}&to=${to}&threshold=${threshold}`);
    expect(Object.fromEntries(counted)).toEqual(
      Object.fromEntries(queues.map(({ queue, ...totals }) => [queue, shared(totals)])),
    );
  });

  it('by the hour add up to those of the whole', async () => {
    const period = 'from=2026-03-02&to=2026-03-04';
    const { total, intervals = [] } = await get(Stats, `stats?${period}&interval=hour`);
    expect(intervals).toHaveLength(48);
    const sum = (of: (one: (typeof intervals)[number]) => number) => intervals.reduce((all, one) => all + of(one), 0);
    expect(sum((one) => one.total.visits)).toBe(total.visits);
    expect(sum((one) => one.total.abandoned)).toBe(total.abandoned);
    expect(total.abandoned).toBeGreaterThan(10);
    expect(total.flowed_out).toBeGreaterThan(0);
  });

  it('of what goes on are what a plain recount of the log gives', async () => {
    const { total, queues } = await get(Queues, 'queues');
    const { waiting, longest_waiting_since, talking } = total;
    const { agents } = await get(Agents, 'agents');
    const agents_on_call = agents.filter(({ presence }) => presence === 'on_call').length;
    expect({ waiting, longest_waiting_since, talking, agents_on_call }).toEqual(live());
    expect([waiting, talking, agents_on_call].every((count) => count > 0)).toBe(true);
    expect(queues.reduce((sum, queue) => sum + queue.waiting, 0)).toBe(waiting);
  });
});

it('npm run watch writes them as lines where there is no terminal, and ends when it is told to', async () => {
  await using watch = launch({ name: 'watch', args: ['apps/watch/src/main.ts', '--url', system.socketUrl], env: {} });
  const { waiting } = live();
  const onTimeout = (): Error => new Error(`The numbers did not come.\n${watch.tail()}`);
  await until(() => watch.tail().includes(`waiting ${waiting} (longest `), { timeoutMs: 30_000, onTimeout });
  await watch.stop();
  expect(await watch.exited).toBe(0);
});
