import { toLogRecord, receivedAtOf } from './log-record.ts';

const message = {
  offset: '7',
  key: null,
  value: Buffer.from('v'),
  timestamp: '1772456400000',
  attributes: 0,
  headers: {},
};
const received = (timestamp: string) => receivedAtOf(toLogRecord('t', 0, { ...message, timestamp })).text;

describe('a record of the log', () => {
  it('keeps its bytes, and has no headers where there are none', () => {
    const { headers, ...rest } = toLogRecord('t', 3, message);
    const value = Buffer.from('v');
    expect(rest).toEqual({ topic: 't', partition: 3, offset: 7, key: null, value, timestamp: 1_772_456_400_000 });
    expect([...headers]).toEqual([]);
  });
});

describe('when it was received', () => {
  const bytes = (text: string) =>
    receivedAtOf({ headers: new Map([['received_at', Buffer.from(text)]]), timestamp: 1_772_456_400_000 }).text;
  it('is what ingest wrote', () => expect(bytes('2026-03-02T12:00:00.001Z')).toBe('2026-03-02T12:00:00.001Z'));
  it("else is Kafka's own time", () => {
    expect(received('1772456400000')).toBe('2026-03-02T13:00:00.000Z');
    expect(bytes('yesterday')).toBe('2026-03-02T13:00:00.000Z');
  });
  it('is never an error, whatever another producer wrote', () => {
    expect(received('-1')).toBe('1969-12-31T23:59:59.999Z');
    expect(received('9223372036854775807')).toBe('1970-01-01T00:00:00.000Z');
  });
});
