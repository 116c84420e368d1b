import { factSet, factsOf, union } from '@callstream/domain';
import type { Fact } from '@callstream/domain';
import { eventsOf, fixtureLog, fixtureEvents, logs } from '@callstream/domain/testing';
import fc from 'fast-check';
import { packFacts } from './pack-facts.ts';
import { unpackFacts } from './unpack-facts.ts';

const textFields = [
  'actor',
  'queue',
  'number',
  'destination',
  'url',
  'code',
  'direction',
  'ourNumber',
  'theirNumber',
  'theirNumberType',
];
const time = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) - 1 });
const text = fc.option(
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('|', '%', '7', 'C', '2', '5', ',', ' ', '-', '.', '"', '\\', '\t', '\n', 'é') }),
    fc.constantFrom('call.new', 'inbound'),
  ),
);
const texts = fc.tuple(...textFields.map(() => text));
const fact = fc
  .record({
    uuid: fc.uuid(),
    part: fc.integer({ min: 0, max: 50 }),
    id: fc.maxSafeNat(),
    at: time,
    receivedAt: time,
    ahead: time,
    clock: fc.constantFrom('own', 'none', 'ahead', 'imported'),
    kind: fc.string({ unit: 'binary' }),
    texts,
  })
  .map(({ texts: values, kind, ahead, ...rest }): Fact => {
    const ownAt = { own: rest.at, imported: rest.at, none: null, ahead }[rest.clock];
    const named = Object.fromEntries(textFields.map((field, i) => [field, values[i] ?? null]));
    return { ...named, ...rest, ownAt, kind } as Fact;
  });

describe('packed facts', () => {
  it('unpack to the same facts, whatever their texts, times and ids', () =>
    fc.assert(
      fc.property(fc.array(fact).map(factSet), (facts) => expect(unpackFacts(packFacts(facts))).toEqual(facts)),
    ));

  it('unpack to the same facts with more distinct texts than one digit can number', () => {
    const [first] = fc.sample(fact, 1);
    const facts = Array.from({ length: 1_025 }, (_, i): Fact => {
      const named = Object.fromEntries(textFields.map((field) => [field, `${field} ${i}`]));
      return { ...first!, ...named, uuid: `${first!.uuid.slice(0, 32)}${1_000 + i}`, id: i };
    });
    const many = factSet(facts);
    expect(many).toHaveLength(1_025);
    expect(unpackFacts(packFacts(many))).toEqual(many);
  });

  it('are the same text for the same set of facts, in whatever order they arrived', () =>
    fc.assert(
      fc.property(
        logs().chain((log) => {
          const facts = eventsOf(log).flatMap(factsOf);
          return fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length }));
        }),
        ([facts, shuffled]) => expect(packFacts(factSet(shuffled))).toBe(packFacts(factSet(facts))),
      ),
    ));

  it('are the same text when the text of known facts is reused, wherever the new facts belong', () =>
    fc.assert(
      fc.property(fc.array(fact).map(factSet), fc.array(fact).map(factSet), (known, more) => {
        const facts = union(known, more);
        expect(packFacts(facts, { facts: known, packed: packFacts(known) })).toBe(packFacts(facts));
      }),
    ));

  it('are the same text when the facts of a call are packed event by event', () => {
    for (const name of fixtureEvents.keys()) {
      const facts = factSet(eventsOf(fixtureLog(name)).flatMap(factsOf));
      let [known, packed] = [factSet([]), ''];
      for (const [i] of facts.entries()) {
        const next = factSet(facts.slice(0, i + 1));
        packed = packFacts(next, { facts: known, packed });
        expect(packed).toBe(packFacts(next));
        expect(unpackFacts(packed)).toEqual(next);
        known = next;
      }
    }
  });

  it('take about 70 bytes per fact, and contain no character that must be escaped', () => {
    for (const name of fixtureEvents.keys()) {
      const facts = factSet(eventsOf(fixtureLog(name)).flatMap(factsOf));
      const packed = packFacts(facts);
      // The 150 are for the texts of a call, each written once.
      expect(packed.length).toBeLessThan(70 * facts.length + 150);
      expect(packed).not.toMatch(/["\\\t\n\r]/);
    }
  });
});
