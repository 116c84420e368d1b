import fc from 'fast-check';
import { parseTime } from '../src/time.ts';
import type { FactJson, Source, SourceEvent, Sources } from '../src/index.ts';
import { eventOfFacts } from '../src/index.ts';
import type { TestDelivery } from './index.ts';

/** The body of a record of {@link severalFacts}. */
export interface SeveralFacts {
  readonly type: string;
  readonly call?: string;
  /** As `timestamp` of a webhook. */
  readonly time?: string | undefined;
  readonly facts: readonly FactJson[];
}

/** A system that states several facts in one record, and names its fields otherwise than the default source. */
const severalFacts: Source = {
  name: 'several',
  read: (value) => {
    const json = new TextDecoder().decode(value);
    const { type, call = null, time, facts } = JSON.parse(json) as SeveralFacts;
    const stated = facts.map((fact) => eventOfFacts({ uuid: '', id: 0, callId: null, receivedAt: 0 }, [fact]));
    const at = parseTime(time);
    return {
      type,
      json,
      callId: call,
      at,
      isTimed: at !== null,
      facts: stated as unknown as SourceEvent['facts'],
      omitted: null,
    };
  },
};

export const testSources: Sources = new Map([[severalFacts.name, severalFacts]]);

/** A record of that source, as it is delivered. */
export const severalFactsDelivery = (
  body: SeveralFacts,
  { receivedAt, sourceName = null }: Omit<TestDelivery, 'body' | 'source'>,
): TestDelivery => ({ source: severalFacts.name, sourceName, body: JSON.stringify(body), receivedAt });

const kinds = [
  'call.new', 'call.waiting', 'call.ongoing', 'call.overflow', 'call.queue-abandon', 'call.finished', 'actor.ringing', 'actor.entered',
  'actor.left', 'actor.noanswer', 'actor.logged-in', 'actor.logged-out', 'actor.paused', 'actor.unpaused', 'unheard-of',
]; // prettier-ignore
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const base = Date.UTC(2026, 2, 2, 13);
const actors = fc.constantFrom('ana@example.com', 'bia@example.com');
const fact = fc.record({
  kind: fc.constantFrom(...kinds),
  actor: maybe(actors),
  queue: maybe(fc.constantFrom('900', '910')),
  number: maybe(fc.constantFrom('200', '201')),
  destination: maybe(fc.constantFrom('900', '910')),
  their_number: maybe(fc.constantFrom('3', '4')),
});
const record = fc
  .record({
    call: maybe(fc.constantFrom('c1', 'c2')),
    // More than five minutes ahead of the reception, too.
    time: maybe(
      fc.integer({ min: 0, max: 8 }).map((s) => new Date(base + (s === 8 ? 600_000 : s * 500)).toISOString()),
    ),
    facts: fc.array(fact, { minLength: 1, maxLength: 4 }),
    actor: actors,
  })
  // Without a call, all facts are about one agent.
  .map(({ call, actor, facts, ...rest }): SeveralFacts => {
    const stated = call === undefined ? facts.map((each) => ({ ...each, actor })) : facts;
    return { type: 'several', ...rest, ...(call === undefined ? {} : { call }), facts: stated };
  });

/** Logs of that source, of two instances, with duplicates and ties. */
export const severalFactsLogs = (size = 20): fc.Arbitrary<TestDelivery[]> =>
  fc
    .array(fc.tuple(record, fc.nat(3_000), fc.constantFrom('lisbon', 'porto', null), fc.nat(9)), {
      minLength: 1,
      maxLength: size,
    })
    .map((rows) =>
      rows.map(([body, ms, sourceName, repeat], i) =>
        severalFactsDelivery((repeat < 2 ? rows[i >> 1]?.[0] : undefined) ?? body, {
          receivedAt: new Date(base + ms).toISOString(),
          sourceName,
        }),
      ),
    );
