import { compareText, factSet, play, union } from '@callstream/domain';
import type { Facts } from '@callstream/domain';
import type { KnownCall } from './call-cache.ts';
import type { FactsByCall } from './event-batch.ts';
import { packFacts } from './facts-text.ts';

/** A call that has other facts than before. */
export interface ChangedCall extends KnownCall {
  readonly packed: string;
  /** undefined: it is new. */
  readonly before: KnownCall | undefined;
}

/** What becomes of the calls that these facts speak of, by call_id; a call of which they say nothing new is left out. */
export function foldCalls(added: FactsByCall, known: (callId: string) => KnownCall | undefined): ChangedCall[] {
  const changed: ChangedCall[] = [];
  for (const [callId, some] of added) {
    const before = known(callId);
    const facts = before ? union(before.facts, some) : factSet(some);
    if (before && isSame(before.facts, facts)) continue;
    const packed = packFacts(facts);
    changed.push({ facts, call: play(callId, facts), packed, bytes: Buffer.byteLength(packed), before });
  }
  return changed.toSorted((a, b) => compareText(a.call.callId, b.call.callId));
}

const isSame = (a: Facts, b: Facts): boolean => a.length === b.length && a.every((fact, i) => fact === b[i]);
