import fc from 'fast-check';
import { parseEvent } from '@callstream/domain';
import { eventUuid } from '@callstream/runtime';
import { isoTime, recordOf } from './record.ts';

const body = Buffer.from('{"type":"call.new","call_id":"1","timestamp":"2026-03-02T13:00:00Z"}');
const receivedAt = '2026-03-02T13:00:00.500Z';

function recordFrom(sourceName: string | null) {
  const parsed = parseEvent(body, { source: null, sourceName });
  if ('problem' in parsed) throw new Error(parsed.problem);
  const accepted = { event: parsed.event, body, hints: null, contentType: 'application/json', receivedAt };
  return recordOf(accepted, { topic: 't', partitionOf: () => 0 });
}

it('a record of the default source has neither source nor source_name', () => {
  const { record, uuid } = recordFrom(null);
  expect([record.key, uuid]).toEqual(['1', eventUuid(body)]);
  expect(Object.keys(record.headers)).toEqual([
    'ce_specversion',
    'ce_id',
    'ce_type',
    'ce_source',
    'ce_time',
    'content-type',
    'received_at',
  ]);
});

it('a record of a named instance has the name in its headers, its key and its identity', () => {
  const { record, uuid } = recordFrom('lisbon');
  expect([record.key, uuid]).toEqual(['lisbon:1', eventUuid(body, undefined, '/lisbon\n')]);
  expect(record.headers).toMatchObject({ ce_id: uuid, source_name: 'lisbon' });
  expect(record.headers).not.toHaveProperty('source');
  expect(record.headers).not.toHaveProperty('hints');
});

it('a time as text is that of toISOString, whatever the time before it', () =>
  fc.assert(
    fc.property(fc.array(fc.double({ min: -62_167_219_200_000, max: 253_402_300_799_999, noNaN: true })), (times) => {
      expect(times.map(isoTime)).toEqual(times.map((ms) => new Date(ms).toISOString()));
    }),
  ));
