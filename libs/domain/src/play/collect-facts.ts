import type { CallEvent } from '../event.ts';
import { factsOf } from './fact.ts';
import type { Fact } from './fact.ts';

/** By call_id, in the order of the events; none of the lists is empty. */
export type FactsByCall = ReadonlyMap<string, readonly Fact[]>;

/** Collects the facts of events by call. Events that name no call have none. */
export function collectFacts(): { readonly add: (event: CallEvent) => void; readonly byCall: FactsByCall } {
  const byCall = new Map<string, Fact[]>();
  return {
    byCall,
    add: (event) => {
      if (event.callId === null) return;
      const facts = byCall.get(event.callId);
      if (!facts) byCall.set(event.callId, [...factsOf(event)]);
      else for (const fact of factsOf(event)) facts.push(fact);
    },
  };
}
