import { logRecord, receivedAtOf } from './log-record.ts';

const message = { offset: '7', key: null, value: Buffer.from('v'), timestamp: '1772456400000', attributes: 0 };
const received = (header: string | undefined, timestamp = '1772456400000') =>
  receivedAtOf(
    logRecord('t', 0, { ...message, timestamp, headers: header === undefined ? {} : { received_at: header } }),
  );

describe('a record of the log', () => {
  it('keeps bytes, and the last of several headers of one name', () => {
    const headers = { a: [Buffer.from('1'), Buffer.from('2')], b: Buffer.from('3') };
    expect(logRecord('t', 3, { ...message, headers })).toMatchObject({
      ...{ topic: 't', partition: 3, offset: 7, key: null, value: Buffer.from('v'), timestamp: 1_772_456_400_000 },
      headers: { a: Buffer.from('2'), b: Buffer.from('3') },
    });
  });
});

describe('when it was received', () => {
  const bytes = (text: string) =>
    receivedAtOf({ headers: { received_at: Buffer.from(text) }, timestamp: 1_772_456_400_000 });
  it('is what ingest wrote', () => expect(bytes('2026-03-02T12:00:00.001Z')).toBe('2026-03-02T12:00:00.001Z'));
  it("else is Kafka's own time", () => {
    expect(received(undefined)).toBe('2026-03-02T13:00:00.000Z');
    expect(bytes('yesterday')).toBe('2026-03-02T13:00:00.000Z');
  });
  it('is never an error, whatever another producer wrote', () => {
    expect(received(undefined, '-1')).toBe('1969-12-31T23:59:59.999Z');
    expect(received(undefined, '9223372036854775807')).toBe('1970-01-01T00:00:00.000Z');
  });
});
