import { createHash } from 'node:crypto';
import type { DumpedRecord } from '../src/log/topic-dump.ts';

type EdgeCaseRecord = Pick<DumpedRecord, 'key' | 'value' | 'headers'>;

/** Incompressible hexadecimal digits, the same in every recording. */
function digits(seed: string, length: number): string {
  let text = '';
  for (let i = 0; text.length < length; i++) text += createHash('sha256').update(`${seed} ${i}`).digest('hex');
  return text.slice(0, length);
}

const event = (fields: object): string =>
  JSON.stringify({ call_id: 'odd', timestamp: '2026-03-02T15:00:00Z', ...fields });

/** Bodies of unusual events, which every version must read. */
export const edgeCaseBodies: readonly string[] = [
  event({
    type: 'call.new',
    call_id: 'long',
    their_number: digits('number', 600),
    url: `https://${digits('url', 100)}`,
  }),
  event({ type: 'call.overflow', call_id: 'long', queue: '900', destination: digits('destination', 700) }),
  event({ type: 'call.new', call_id: 'text', queue: 'a\u0000b', their_number: '\uD800', name: '\u{1F600}\uFFFD' }),
  event({ type: 'actor.entered', call_id: '\u{1F600}', actor: 'é'.repeat(256), queue: 900 }),
  '{"type":"call.new","call_id":"numbers","huge":1e999,"long":12345678901234567890.10,"timestamp":1772463600}',
];

/** Records of other producers than ingest. */
export const edgeCaseRecords: readonly EdgeCaseRecord[] = [
  { key: null, value: event({ type: 'call.waiting', call_id: 'no key', queue: '900' }), headers: {} },
  { key: 'no headers', value: event({ type: 'call.finished', call_id: 'no headers' }), headers: {} },
  { key: 'not JSON', value: 'not JSON', headers: { ce_id: 'as it was' } },
  { key: 'not UTF-8', value: 'base64://79', headers: {} },
  { key: 'nothing', value: null, headers: {} },
  { key: 'too long', value: event({ type: 'call.new', call_id: 'i'.repeat(513) }), headers: {} },
  // In version 1 Postgres refused these: too long for an index.
  {
    key: 'refused',
    value: event({ type: 'call.overflow', call_id: 'refused', destination: digits('o', 3_000) }),
    headers: {},
  },
  {
    key: 'refused',
    value: event({ type: 'call.new', call_id: 'refused', their_number: digits('n', 3_000) }),
    headers: {},
  },
];
