import { z } from 'zod';
import { eventUuid, kafkaEnv, portEnv, readConfig, receivedAtOf, renderEnvExample } from './index.ts';

const schema = z.object({ ...kafkaEnv, PORT: portEnv(3000).describe('Where it listens') });

describe('settings', () => {
  it('have defaults, and an empty variable counts as not set', () =>
    expect(readConfig(schema, { PORT: '', KAFKA_BROKERS: 'a:1, b:2,' })).toEqual({
      PORT: 3000,
      KAFKA_BROKERS: ['a:1', 'b:2'],
      KAFKA_TOPIC: 'call-events',
    }));
  it('that are not usable are all named at once, with their meaning', () =>
    expect(() => readConfig(schema, { PORT: '70000', KAFKA_TOPIC: 'a b' })).toThrow(
      /PORT: .*Where it listens[^]*KAFKA_TOPIC: |KAFKA_TOPIC: [^]*PORT: .*Where it listens/,
    ));
  it('are documented with their defaults, each once', () => {
    const text = renderEnvExample([
      { title: 'a', schema },
      { title: 'b', schema },
    ]);
    expect(text).toContain('# Where it listens\n#PORT=3000');
    expect(text.match(/#KAFKA_TOPIC=/g)).toHaveLength(1);
  });
});

describe('the identity of an event', () => {
  it('is a UUIDv8 over its bytes, and over the time of receipt if it has none of its own', () => {
    const body = Buffer.from('{"type":"call.new"}');
    expect(eventUuid(body)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(eventUuid(Buffer.from('{"type":"call.new"}'))).toBe(eventUuid(body));
    expect(eventUuid(body, '2026-03-02T13:00:00.000Z')).not.toBe(eventUuid(body));
  });
  it('takes the time of receipt from the header, else from Kafka', () => {
    const received = (header: string) => new Map([['received_at', Buffer.from(header)]]);
    const ours = '2026-03-02T13:00:00.000Z';
    expect(receivedAtOf({ headers: received(ours), timestamp: 0 })).toBe(ours);
    expect(receivedAtOf({ headers: received('soon'), timestamp: 1 })).toBe('1970-01-01T00:00:00.001Z');
    expect(receivedAtOf({ headers: new Map(), timestamp: NaN })).toBe('1970-01-01T00:00:00.000Z');
  });
});
