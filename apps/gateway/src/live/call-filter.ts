import type { Subscribe } from '@callstream/contracts';
import { compareText } from '@callstream/domain';
import type { Scope } from '../access/scope.ts';
import type { BoardCall } from '../board/board.ts';
import type { Sized } from '../outbox/unsent-budget.ts';

/** Which calls a client asked for and may see. Equal filters have equal keys. */
export interface CallFilter extends Sized {
  readonly key: string;
  /** Whether the scope hides nothing. Else the client cannot resume: the gateway does not know which calls it still shows. */
  readonly isUnrestricted: boolean;
  /** Shows the calls that match. */
  readonly scope: Scope;
  /** Every call that matches is in one of these queues; null: in any queue, or in none. */
  readonly queues: ReadonlySet<string> | null;
  /** @param call null: it has left the board, and matches nothing */
  readonly matches: (call: Pick<BoardCall, 'queue' | 'state'> | null) => boolean;
}

/** Memory of a filter relative to its key, about: the key, the lists and their sets. */
const keyFactor = 3;

export function createCallFilter({ states, queues }: Pick<Subscribe, 'states' | 'queues'>, scope: Scope): CallFilter {
  const wantedStates = states ? new Set<string>(states) : null;
  const wantedQueues = queues ? new Set(queues) : null;
  const sorted = (wanted: ReadonlySet<string> | null) => wanted && [...wanted].toSorted(compareText);
  const key = JSON.stringify([sorted(wantedStates), sorted(wantedQueues), scope.key]);
  return {
    key,
    byteLength: key.length * keyFactor,
    isUnrestricted: scope.isEverything(),
    scope,
    queues: wantedQueues ?? scope.queues,
    matches: (call) =>
      call !== null &&
      scope.includes(call.queue) &&
      (wantedStates === null || wantedStates.has(call.state)) &&
      (wantedQueues === null || (call.queue !== null && wantedQueues.has(call.queue))),
  };
}
