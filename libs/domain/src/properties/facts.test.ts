import fc from 'fast-check';
import { days } from '../../testing/days.ts';
import { eventsOf, logs } from '../../testing/index.ts';
import type { TestDelivery } from '../../testing/index.ts';
import { storyStartMs } from '../../testing/script.ts';
import { factSet, factsOf, emptyFactSet, play, playedFactsMax, union } from '../index.ts';
import type { Call, Fact, FactSet } from '../index.ts';

/** A log of one call in which any event may be redelivered, also by a sender whose clock is ten minutes ahead. */
const redelivered: fc.Arbitrary<TestDelivery[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom('call.new', 'call.waiting', 'actor.entered', 'actor.left', 'call.finished', 'call.standby'),
      second: fc.nat(5),
      aheadMs: fc.constantFrom(0, 1_000, 300_000, 300_001, 600_000),
      again: fc.subarray([1_000, 600_000]),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((events) =>
    events
      .flatMap(({ type, second, aheadMs, again }) => {
        const at = storyStartMs + second * 1_000;
        const timestamp = new Date(at + aheadMs).toISOString();
        const body = JSON.stringify({ type, call_id: 'c', actor: 'ana', queue: '900', timestamp });
        return [0, ...again].map((ms) => ({ body, receivedAt: new Date(at + ms).toISOString() }));
      })
      .toSorted((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1)),
  );

/** For many comparisons: deep equality takes ten times as long. */
const text = (value: unknown): string => JSON.stringify(value);

/** The facts of one call, from logs of several. */
const factsOfLog = (log: readonly TestDelivery[]): Fact[] =>
  eventsOf(log).flatMap((event) => factsOf({ ...event, callId: 'c' }));
const anyFacts = fc.oneof(redelivered, logs(12)).map(factsOfLog);

/** Facts, and the same facts shuffled, partly duplicated and split into batches. */
const batched = fc.tuple(anyFacts, fc.infiniteStream(fc.nat(999))).map(([facts, random]) => {
  const next = (): number => random.next().value as number;
  const shuffled = [...facts, ...facts.filter(() => next() < 300)]
    .map((fact) => ({ fact, key: next() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ fact }) => fact);
  const batches: Fact[][] = [[]];
  for (const fact of shuffled) {
    if (next() < 400) batches.push([]);
    batches.at(-1)?.push(fact);
  }
  return { facts, batches };
});

describe('the facts of a call', () => {
  it('are the same in any order, in any batches and with duplicates', () => {
    fc.assert(
      fc.property(batched, ({ facts, batches }) => {
        const sets = batches.map(factSet);
        const fromLeft = sets.reduce(union, emptyFactSet);
        const fromRight = sets.reduceRight((right, left) => union(left, right), emptyFactSet);
        expect(text(fromLeft)).toBe(text(factSet(facts)));
        expect(text(fromRight)).toBe(text(fromLeft));
        expect(text(play('c', fromRight))).toBe(text(play('c', factSet(facts))));
      }),
      { numRuns: 200 },
    );
  });
  it('are those of the first delivery of each event', () => {
    fc.assert(
      fc.property(redelivered, (log) => {
        const facts = factsOfLog(log);
        for (const fact of factSet(facts)) {
          const deliveries = facts.filter(({ uuid }) => uuid === fact.uuid);
          expect(fact).toEqual(deliveries.reduce((first, next) => (next.id < first.id ? next : first)));
        }
      }),
      { numRuns: 60 },
    );
  });
  it('have a union that is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(anyFacts, fc.infiniteStream(fc.nat(1)), (facts, random) => {
        const subset = (): FactSet => factSet(facts.filter(() => random.next().value === 1));
        const [a, b, c] = [subset(), subset(), subset()];
        expect(text(union(a, b))).toBe(text(union(b, a)));
        expect(text(union(union(a, b), c))).toBe(text(union(a, union(b, c))));
        expect(text(union(a, a))).toBe(text(a));
      }),
      { numRuns: 200 },
    );
  });
});

/** Facts of a long call from a seed; some are deliveries of the same event with another reception. */
function longCall(seed: number, count: number): Fact[] {
  let state = seed;
  const next = (max: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor(state / 65_536) % max;
  };
  const [first] = factsOfLog([
    { body: '{"type":"call.waiting","call_id":"c"}', receivedAt: new Date(storyStartMs).toISOString() },
  ]);
  return Array.from({ length: count }, (_, i) => {
    const uuid = next(3_000);
    // Deliveries of one event differ only in id and reception.
    const ownAt = storyStartMs + (uuid % 700) * 1_000 + (uuid % 5 === 0 ? 600_000 : 0);
    const receivedAt = storyStartMs + next(1_500) * 1_000;
    const isAhead = ownAt > receivedAt + 300_000;
    const kind = ['call.waiting', 'actor.entered', 'actor.left', 'call.data-provided'][uuid % 4] ?? '';
    const times = {
      ownAt,
      receivedAt,
      at: isAhead ? receivedAt : ownAt,
      clock: isAhead ? ('ahead' as const) : ('own' as const),
    };
    return {
      ...first!,
      ...times,
      uuid: `u${uuid}`,
      id: ((i * 7_919) % 10_007) * 4_096,
      kind,
      actor: 'ana',
      queue: '900',
    };
  });
}
const longCalls = fc
  .tuple(fc.nat(), fc.integer({ min: 900, max: 2_500 }))
  .map(([seed, count]) => longCall(seed, count));

describe('the facts of a long call', () => {
  it('are bounded, and the same in any order, in any batches and with duplicates', () => {
    fc.assert(
      fc.property(longCalls, fc.integer({ min: 100, max: 900 }), (facts, size) => {
        const whole = factSet(facts);
        expect(whole.length).toBeLessThanOrEqual(playedFactsMax + 1);
        const batches = Array.from({ length: Math.ceil(facts.length / size) }, (_, i) =>
          factSet(facts.slice(i * size, (i + 1) * size)),
        );
        expect(text(batches.reduce(union, emptyFactSet))).toBe(text(whole));
        expect(text(batches.reduceRight((right, left) => union(right, left), emptyFactSet))).toBe(text(whole));
        expect(text(union(whole, batches[0] ?? emptyFactSet))).toBe(text(whole));
      }),
      { numRuns: 10 },
    );
  });
  it('are played only in part: the first 256 and the last 768, and the call has isLong', () => {
    const wait = (i: number): TestDelivery => {
      const at = new Date(storyStartMs + i * 1_000).toISOString();
      return {
        body: JSON.stringify({ type: 'call.waiting', call_id: 'c', queue: String(i), timestamp: at }),
        receivedAt: at,
      };
    };
    const played = (count: number): Call =>
      play('c', factSet(factsOfLog(Array.from({ length: count }, (_, i) => wait(i)))));
    const queues = ({ visits }: Call): string[] => visits.map(({ queue }) => queue);
    expect([played(1_024).isLong, played(1_025).isLong]).toEqual([false, true]);
    expect(queues(played(1_024))).toEqual(Array.from({ length: 1_024 }, (_, i) => String(i)));
    expect(queues(played(2_000))).toEqual([
      ...Array.from({ length: 256 }, (_, i) => String(i)),
      ...Array.from({ length: 768 }, (_, i) => String(1_232 + i)),
    ]);
  });
});

/** In which queue the caller waits and which agents are on the call, at a time, from a call that was played to its end. */
const openAt = ({ visits, segments }: Call, at: number) => ({
  waits: visits
    .filter(({ waitingAt, endedAt }) => waitingAt <= at && (endedAt === null || endedAt > at))
    .map(({ queue, waitingAt }) => `${queue} ${waitingAt}`),
  talks: segments
    .filter(({ enteredAt, endedAt }) => enteredAt !== null && enteredAt <= at && (endedAt === null || endedAt > at))
    .map(({ actor, enteredAt }) => `${actor} ${enteredAt}`),
});

it('a call as of some time is its facts up to that time, played', () => {
  fc.assert(
    fc.property(days(), ({ log, truths }) => {
      const facts = factSet(
        eventsOf(log)
          .filter(({ callId }) => callId === 'c1')
          .flatMap(factsOf),
      );
      for (const { at } of truths) {
        const until = factSet(facts.filter((fact) => fact.at <= at));
        if (until.length > 0) expect(openAt(play('c1', until), at)).toEqual(openAt(play('c1', facts), at));
      }
    }),
    { numRuns: 50 },
  );
});
