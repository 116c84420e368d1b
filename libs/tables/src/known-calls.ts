import { play } from '@callstream/domain';
import type { KnownCall } from './call-cache.ts';
import { unpackFacts } from './facts-text.ts';
import { textArray } from './row-text.ts';
import type { Answer, Statement } from './send-together.ts';

/** Reads what the tables have of these calls. */
export const readStored = (callIds: readonly string[]): Statement => ({
  name: 'read-stored-calls',
  text: 'select call_id, facts from calls where call_id = any($1::text[])',
  values: [textArray(callIds)],
});

export const knownCalls = (stored: Answer | undefined): Map<string, KnownCall> =>
  new Map(stored?.rows.map(([callId, packed]) => [callId ?? '', knownCall(callId ?? '', packed ?? '')]));

function knownCall(callId: string, packed: string): KnownCall {
  const facts = unpackFacts(packed);
  return { facts, call: play(callId, facts), bytes: Buffer.byteLength(packed) };
}
