import type { Subscribe } from '@callstream/contracts';
import { compareText, stateOfCall } from '@callstream/domain';
import type { Call } from '@callstream/domain';

/** Which calls a client is told of. Filters that ask for the same have the same key. */
export interface Filter {
  readonly key: string;
  readonly matches: (call: Call | null) => boolean;
}

export function createFilter({ states, queues }: Pick<Subscribe, 'states' | 'queues'>): Filter {
  const wantedStates = states ? new Set<string>(states) : null;
  const wantedQueues = queues ? new Set(queues) : null;
  const sorted = (wanted: ReadonlySet<string> | null) => wanted && [...wanted].toSorted(compareText);
  return {
    key: JSON.stringify([sorted(wantedStates), sorted(wantedQueues)]),
    matches: (call) =>
      call !== null &&
      (wantedStates === null || wantedStates.has(stateOfCall(call))) &&
      (wantedQueues === null || (call.queue.value !== null && wantedQueues.has(call.queue.value))),
  };
}
