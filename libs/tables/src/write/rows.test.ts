import { eventsOf } from '@callstream/domain/testing';
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
      expect(values).toEqual([uuid, '0', callId, sent, kind, actor, null, time, 'none', time, json, null]);
    }),
  ));
