import { receivedAtOf, toLogRecord } from './log-record.ts';

const message = {
  offset: '7',
  key: null,
  value: Buffer.from('v'),
  timestamp: '1772456400000',
  attributes: 0,
  headers: {},
};
const receivedWithTimestamp = (timestamp: string) => receivedAtOf(toLogRecord('t', 0, { ...message, timestamp })).text;

describe('a record that kafkajs has decoded', () => {
  it('keeps its key, value, offset and timestamp, and may have no headers', () => {
    const { headers, ...otherFields } = toLogRecord('t', 3, message);
    const value = Buffer.from('v');
    expect(otherFields).toEqual({
      topic: 't',
      partition: 3,
      offset: 7,
      key: null,
      value,
      timestamp: 1_772_456_400_000,
    });
    expect([...headers]).toEqual([]);
  });
});

describe('the time of reception', () => {
  const receivedWithHeader = (text: string) =>
    receivedAtOf({ headers: new Map([['received_at', Buffer.from(text)]]), timestamp: 1_772_456_400_000 }).text;
  it('is that of the header `received_at`', () =>
    expect(receivedWithHeader('2026-03-02T12:00:00.001Z')).toBe('2026-03-02T12:00:00.001Z'));
  it("is Kafka's timestamp without a valid header", () => {
    expect(receivedWithTimestamp('1772456400000')).toBe('2026-03-02T13:00:00.000Z');
    expect(receivedWithHeader('yesterday')).toBe('2026-03-02T13:00:00.000Z');
  });
  it('is valid even if another producer wrote a timestamp out of range', () => {
    expect(receivedWithTimestamp('-1')).toBe('1969-12-31T23:59:59.999Z');
    expect(receivedWithTimestamp('9223372036854775807')).toBe('1970-01-01T00:00:00.000Z');
  });
});
