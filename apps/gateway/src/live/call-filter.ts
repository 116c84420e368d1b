import type { Subscribe } from '@callstream/contracts';
import { compareText } from '@callstream/domain';
import type { Call } from '@callstream/domain';
import { isEverything, scopeKey, visibleTo } from '../access/scope.ts';
import type { Scope } from '../access/scope.ts';
import type { Sized } from '../outbox/unsent-budget.ts';

/** Which calls a client is told of. Filters that ask for the same have the same key. */
export interface CallFilter extends Sized {
  readonly key: string;
  /** Whether nothing is kept from the client. If something is, it cannot resume: what it may show still is not known here. */
  readonly isWhole: boolean;
  /** Whether numbers are masked for it. */
  readonly masked: boolean;
  /** Every call that matches is in one of these; null: it may be in any, or in none. */
  readonly queues: ReadonlySet<string> | null;
  readonly matches: (call: Call | null) => boolean;
}

/** What is kept of a filter is about so many times as large as its key: the key, the lists and their sets. */
const keyFactor = 3;

export function createCallFilter({ states, queues }: Pick<Subscribe, 'states' | 'queues'>, scope: Scope): CallFilter {
  const wantedStates = states ? new Set<string>(states) : null;
  const wantedQueues = queues ? new Set(queues) : null;
  const maySee = visibleTo(scope);
  const sorted = (wanted: ReadonlySet<string> | null) => wanted && [...wanted].toSorted(compareText);
  const key = JSON.stringify([sorted(wantedStates), sorted(wantedQueues), scopeKey(scope)]);
  return {
    key,
    byteLength: key.length * keyFactor,
    isWhole: isEverything(scope),
    masked: scope.masked,
    queues: wantedQueues ?? (scope.queues && new Set(scope.queues)),
    matches: (call) =>
      call !== null &&
      maySee(call.queue) &&
      (wantedStates === null || wantedStates.has(call.state)) &&
      (wantedQueues === null || (call.queue !== null && wantedQueues.has(call.queue))),
  };
}
