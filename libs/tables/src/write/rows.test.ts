import { eventsOf } from '@callstream/domain/testing';
import { severalFactsDelivery } from '@callstream/domain/testing/several-facts';
import fc from 'fast-check';
import { valuesOfLine } from './row-text.ts';
import { eventLine } from './rows.ts';

const awkward = fc.string({
  unit: fc.constantFrom('a', '\\', '\t', '\n', '\r', '\0', '"', '\u2028', '\uD800', 'é'),
  minLength: 1,
});
const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r') });

it('a line of COPY has the values of the event, whatever its texts and white space', () =>
  fc.assert(
    fc.property(awkward, awkward, space, (type, call_id, between) => {
      const named = `"call_id":${JSON.stringify(call_id)},"actor":${JSON.stringify(call_id)}`;
      const body = `{"type":${between}${JSON.stringify(type)},${named}}`;
      const [event] = eventsOf([{ body, receivedAt: '2026-03-02T13:00:00.007Z' }]);
      const values = valuesOfLine(eventLine(event!));
      const { uuid, callId, actor, type: sent, kind, json } = event!;
      const time = '2026-03-02T13:00:00.007Z';
      expect(values).toEqual([
        uuid,
        '0',
        callId,
        sent,
        kind,
        actor,
        null,
        time,
        'none',
        time,
        json,
        null,
        null,
        null,
        null,
      ]);
    }),
  ));

it('a line of COPY has the texts of another source, which need not be those of its JSON', () =>
  fc.assert(
    fc.property(awkward, (text) => {
      const safe = text.replaceAll('\0', '\uFFFD').toWellFormed();
      const delivery = severalFactsDelivery(
        { type: 't', facts: [{ kind: 'k', actor: safe, number: safe }] },
        { receivedAt: '2026-03-02T13:00:00.007Z', sourceName: 'lisbon' },
      );
      const [event] = eventsOf([delivery]);
      const values = valuesOfLine(eventLine({ ...event!, json: '{}' }));
      expect(values.slice(5, 6)).toEqual([`lisbon:${safe}`]);
      expect(values.slice(-3, -1)).toEqual(['several', 'lisbon']);
      expect(JSON.parse(values.at(-1)!)).toEqual([{ kind: 'k', actor: `lisbon:${safe}`, number: safe }]);
    }),
  ));
