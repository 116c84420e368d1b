import { createRequire } from 'node:module';
import type { KafkaMessage } from 'kafkajs';
import { logRecord, receivedAtOf } from './log-record.ts';

const require = createRequire(import.meta.url);
const source = 'kafkajs/src/protocol';
const encode = require(`${source}/recordBatch/record/v0/index.js`) as (record: object) => { buffer: Buffer };
const DecoderOf = require(`${source}/decoder.js`) as new (bytes: Buffer) => { readVarIntBytes: () => Buffer };
const decode = require(`${source}/recordBatch/record/v0/decoder.js`) as (of: object, context: object) => KafkaMessage;

/** A record that went over the wire, as kafkajs hands it over. */
function sent(headers: Record<string, string | string[]>): KafkaMessage {
  const { buffer } = encode({ offsetDelta: 2, timestampDelta: 3, key: 'k', value: Buffer.from('v'), headers });
  const bytes = new DecoderOf(buffer).readVarIntBytes();
  // Others can send a header without a value, kafkajs cannot: length −1 instead of 0, as the last byte.
  if ('none' in headers) bytes[bytes.length - 1] = 1;
  return decode(new DecoderOf(bytes), { firstOffset: '5', firstTimestamp: '1772456400000', magicByte: 2 });
}
const headersOf = (headers: Parameters<typeof sent>[0]) => logRecord('t', 0, sent(headers)).headers;

describe('the headers of a record', () => {
  it('are all there, in their order, for whoever wants all', () => {
    const headers = headersOf({ ce_id: 'an id', é: 'ü', empty: '', none: '' });
    expect([...headers].map(([name, value]) => [name, value?.toString()])).toEqual([
      ['ce_id', 'an id'],
      ['é', 'ü'],
      ['empty', ''],
      ['none', undefined],
    ]);
    expect([...headersOf({})]).toEqual([]);
  });
  it('are found by name; of several of one name the last', () => {
    const headers = headersOf({ first: '1', é: 'ü', twice: ['a', 'b'], other: '2', none: '' });
    const names = ['first', 'twice', 'other', 'none', 'missing'];
    expect(names.map((name) => headers.get(name)?.toString())).toEqual(['1', 'b', '2', undefined, undefined]);
  });
  it('leave the rest of the record as it was', () => {
    const record = logRecord('t', 0, sent({ received_at: '2026-03-02T13:00:00.000Z' }));
    expect(record).toMatchObject({
      offset: 7,
      key: Buffer.from('k'),
      value: Buffer.from('v'),
      timestamp: 1_772_456_400_003,
    });
    expect(receivedAtOf(record)).toBe('2026-03-02T13:00:00.000Z');
  });
});
