import { eventUuid, receivedAtOf } from './index.ts';

describe('the identity of an event', () => {
  it('is a UUIDv8 over its bytes, and over the time of receipt if it has none of its own', () => {
    const body = Buffer.from('{"type":"call.new"}');
    expect(eventUuid(body)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(eventUuid(Buffer.from('{"type":"call.new"}'))).toBe(eventUuid(body));
    expect(eventUuid(body, '2026-03-02T13:00:00.000Z')).not.toBe(eventUuid(body));
  });
  it('takes the time of receipt from the header, else from Kafka', () => {
    expect(receivedAtOf({ headers: { received_at: Buffer.from('2026-03-02T13:00:00.000Z') }, timestamp: 0 })).toBe(
      '2026-03-02T13:00:00.000Z',
    );
    expect(receivedAtOf({ headers: { received_at: Buffer.from('soon') }, timestamp: 1 })).toBe(
      '1970-01-01T00:00:00.001Z',
    );
    expect(receivedAtOf({ headers: {}, timestamp: NaN })).toBe('1970-01-01T00:00:00.000Z');
  });
});
