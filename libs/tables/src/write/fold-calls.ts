import { compareText, factSet, play, union } from '@callstream/domain';
import type { Call, FactSet } from '@callstream/domain';
import type { FactsByCall } from './event-batch.ts';
import { packFacts } from '../facts/pack-facts.ts';
import { unpackFacts } from '../facts/unpack-facts.ts';

/** A call and its facts as they stand in the tables. */
interface PlayedCall {
  readonly call: Call;
  readonly packed: string;
}

/** A call that has other facts than before. */
export interface ChangedCall extends PlayedCall {
  /** undefined: it is new. */
  readonly before: PlayedCall | undefined;
}

/**
 * What becomes of the calls that these facts speak of, by call_id; a call of which they say nothing new is left out.
 * @param known the packed facts that the tables have, by call_id
 */
export function foldCalls(added: FactsByCall, known: ReadonlyMap<string, string>): ChangedCall[] {
  const changed: ChangedCall[] = [];
  for (const [callId, some] of added) {
    const packed = known.get(callId);
    if (packed === undefined) {
      const facts = factSet(some);
      changed.push({ call: play(callId, facts), packed: packFacts(facts), before: undefined });
      continue;
    }
    const before = unpackFacts(packed);
    const facts = union(before, factSet(some));
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
