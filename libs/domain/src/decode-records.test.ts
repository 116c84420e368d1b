import { decodeRecords } from './index.ts';

const rawOf = (value: string) => ({
  value: Buffer.from(value),
  partition: 0,
  offset: 7,
  receivedAt: 0,
  source: null,
  sourceName: null,
  uuidOf: () => '',
});
const records = ['{"type":"call.new","call_id":"a"}', 'no JSON', '{"type":"call.end","call_id":"b"}'];

it('records are decoded in order, and those that are no events are skipped', () =>
  expect([...decodeRecords(records, rawOf)].map(({ callId }) => callId)).toEqual(['a', 'b']));

it('a record that is no event is handed over with the reason', () => {
  const problems: string[] = [];
  const events = decodeRecords(records, rawOf, (record, problem) => problems.push(record, problem));
  expect([...events]).toHaveLength(2);
  expect(problems).toEqual(['no JSON', expect.any(String)]);
});
