import { compareText, factSet, play, union } from '@callstream/domain';
import type { Call, FactsByCall, FactSet } from '@callstream/domain';
import { packFacts } from '../facts/pack-facts.ts';
import { unpackFacts } from '../facts/unpack-facts.ts';

/** A call and its packed facts. */
interface PlayedCall {
  readonly call: Call;
  readonly packed: string;
}

/** A call whose set of facts has changed. */
export interface ChangedCall extends PlayedCall {
  /** undefined: the call is new. */
  readonly before: PlayedCall | undefined;
}

/**
 * Unites the added facts with those of the tables. Calls without a new fact are left out.
 * @param stored packed facts of the tables, by call_id
 * @returns the changed calls, ordered by call_id
 */
export function foldCalls(added: FactsByCall, stored: ReadonlyMap<string, string>): ChangedCall[] {
  const changed: ChangedCall[] = [];
  for (const [callId, addedFacts] of added) {
    const packed = stored.get(callId);
    if (packed === undefined) {
      const facts = factSet(addedFacts);
      changed.push({ call: play(callId, facts), packed: packFacts(facts), before: undefined });
      continue;
    }
    const before = unpackFacts(packed);
    const facts = union(before, factSet(addedFacts));
    if (isSame(before, facts)) continue;
    changed.push({
      call: play(callId, facts),
      packed: packFacts(facts, { facts: before, packed }),
      before: { call: play(callId, before), packed },
    });
  }
  return changed.toSorted((a, b) => compareText(a.call.callId, b.call.callId));
}

const isSame = (a: FactSet, b: FactSet): boolean => a.length === b.length && a.every((fact, i) => fact === b[i]);
