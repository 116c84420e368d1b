import { eventUuid, logEntry, receivedAtOf } from './index.ts';

describe('the identity of an event', () => {
  it('is a UUIDv8 of its bytes, and of the time of reception if it has no time of its own', () => {
    const body = Buffer.from('{"type":"call.new"}');
    expect(eventUuid(body)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(eventUuid(Buffer.from('{"type":"call.new"}'))).toBe(eventUuid(body));
    expect(eventUuid(body, '2026-03-02T13:00:00.000Z')).not.toBe(eventUuid(body));
  });
  // Computed with Python's hashlib. They must never change: the log is kept for ever.
  it.each([
    ['{"type":"call.new"}', undefined, '39df4b18-7cea-8413-87f6-f94d451013de'],
    ['{"type":"call.new"}', '2026-03-02T13:00:00.000Z', 'c93fec46-99c9-8964-8210-3538079746ce'],
    ['{"type":"é"}', undefined, '99177b9b-f644-8f15-be70-abe26c5cc9c5'],
  ])('of %s, received at %s, is %s', (body, receivedAt, uuid) =>
    expect(eventUuid(Buffer.from(body), receivedAt)).toBe(uuid),
  );
  it.each([
    ['/lisbon\n', undefined, 'e0d6af52-e9f6-86ed-a9c0-72f6873d0b16'],
    ['asterisk/\n', undefined, 'de1f9494-ee29-8870-a220-8a08ddc6ef44'],
    ['asterisk/lisbon\n', '2026-03-02T13:00:00.000Z', '8f9470cf-4fa9-8bd9-afaa-1d00bdba809e'],
  ])('with the prefix %j, received at %s, is %s', (prefix, receivedAt, uuid) =>
    expect(eventUuid(Buffer.from('{"type":"call.new"}'), receivedAt, prefix)).toBe(uuid),
  );
  it('uses the time of reception from the header, else the timestamp of Kafka', () => {
    const received = (header: string) => new Map([['received_at', Buffer.from(header)]]);
    const ours = '2026-03-02T13:00:00.000Z';
    expect(receivedAtOf({ headers: received(ours), timestamp: 0 })).toEqual({ text: ours, ms: Date.parse(ours) });
    expect(receivedAtOf({ headers: received('soon'), timestamp: 1 })).toEqual({
      text: '1970-01-01T00:00:00.001Z',
      ms: 1,
    });
    expect(receivedAtOf({ headers: new Map(), timestamp: NaN })).toEqual({ text: '1970-01-01T00:00:00.000Z', ms: 0 });
  });
  it('includes the text of that time as it is in the header, not a normalized form', () => {
    const value = Buffer.from('{"type":"call.new"}');
    const headers = new Map([['received_at', Buffer.from('2026-03-02T13:00:00.000Z')]]);
    const record = { topic: 't', partition: 0, offset: 0, key: null, value, headers, timestamp: 0 };
    const { uuidOf, source, sourceName } = logEntry(record);
    expect(uuidOf(true, '')).toBe('c93fec46-99c9-8964-8210-3538079746ce');
    expect(uuidOf(false, '')).toBe('39df4b18-7cea-8413-87f6-f94d451013de');
    expect([source, sourceName]).toEqual([null, null]);
    const unusual = '2026-03-02T13:00:00.5Z';
    const unusualRecord = { ...record, headers: new Map([['received_at', Buffer.from(unusual)]]) };
    expect(logEntry(unusualRecord).uuidOf(true, '')).toBe(eventUuid(value, unusual));
    expect(logEntry(unusualRecord).receivedAt).toBe(Date.UTC(2026, 2, 2, 13, 0, 0, 500));
  });
  it('includes its source and the name of the instance, from the headers', () => {
    const value = Buffer.from('{"type":"call.new"}');
    const headers = new Map([
      ['source', Buffer.from('asterisk')],
      ['source_name', Buffer.from('lisbon')],
    ]);
    const entry = logEntry({ topic: 't', partition: 0, offset: 0, key: null, value, headers, timestamp: 0 });
    expect(entry).toMatchObject({ source: 'asterisk', sourceName: 'lisbon' });
    expect(entry.uuidOf(false, '/lisbon\n')).toBe('e0d6af52-e9f6-86ed-a9c0-72f6873d0b16');
  });
});
