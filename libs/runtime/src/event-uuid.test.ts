import { eventUuid, logEntry, receivedAtOf } from './index.ts';

describe('the identity of an event', () => {
  it('is a UUIDv8 over its bytes, and over the time of receipt if it has none of its own', () => {
    const body = Buffer.from('{"type":"call.new"}');
    expect(eventUuid(body)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(eventUuid(Buffer.from('{"type":"call.new"}'))).toBe(eventUuid(body));
    expect(eventUuid(body, '2026-03-02T13:00:00.000Z')).not.toBe(eventUuid(body));
  });
  // By Python's hashlib: what is in the log must be known by the same name for ever.
  it.each([
    ['{"type":"call.new"}', undefined, '39df4b18-7cea-8413-87f6-f94d451013de'],
    ['{"type":"call.new"}', '2026-03-02T13:00:00.000Z', 'c93fec46-99c9-8964-8210-3538079746ce'],
    ['{"type":"é"}', undefined, '99177b9b-f644-8f15-be70-abe26c5cc9c5'],
  ])('of %s, received at %s, is %s', (body, receivedAt, uuid) =>
    expect(eventUuid(Buffer.from(body), receivedAt)).toBe(uuid),
  );
  it('takes the time of receipt from the header, else from Kafka', () => {
    const received = (header: string) => new Map([['received_at', Buffer.from(header)]]);
    const ours = '2026-03-02T13:00:00.000Z';
    expect(receivedAtOf({ headers: received(ours), timestamp: 0 })).toEqual({ text: ours, ms: Date.parse(ours) });
    expect(receivedAtOf({ headers: received('soon'), timestamp: 1 })).toEqual({
      text: '1970-01-01T00:00:00.001Z',
      ms: 1,
    });
    expect(receivedAtOf({ headers: new Map(), timestamp: NaN })).toEqual({ text: '1970-01-01T00:00:00.000Z', ms: 0 });
  });
  it('has that time as it was written, where the event has none of its own', () => {
    const value = Buffer.from('{"type":"call.new"}');
    const headers = new Map([['received_at', Buffer.from('2026-03-02T13:00:00.000Z')]]);
    const record = { topic: 't', partition: 0, offset: 0, key: null, value, headers, timestamp: 0 };
    const { uuidOf } = logEntry(record);
    expect(uuidOf(true)).toBe('c93fec46-99c9-8964-8210-3538079746ce');
    expect(uuidOf(false)).toBe('39df4b18-7cea-8413-87f6-f94d451013de');
    const odd = '2026-03-02T13:00:00.5Z';
    const oddly = { ...record, headers: new Map([['received_at', Buffer.from(odd)]]) };
    expect(logEntry(oddly).uuidOf(true)).toBe(eventUuid(value, odd));
    expect(logEntry(oddly).receivedAt).toBe(Date.UTC(2026, 2, 2, 13, 0, 0, 500));
  });
});
