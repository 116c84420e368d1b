import { beganSince, inStateSince, isOnCall, isRinging } from '@callstream/domain';
import type { Call, CallState } from '@callstream/domain';
import { compareNames } from '../names/name-lookup.ts';
import type { NameLookup } from '../names/name-lookup.ts';
import type { Route, SortKey } from '../route.ts';

/** Default order: waiting calls matter most, finished ones least. */
const stateOrder: readonly CallState[] = ['WAITING', 'ONGOING', 'STANDBY', 'NEW', 'FINISHED'];

/** Agents on the call or ringing; of a finished call, all agents who were on it. */
export const currentAgents = ({ segments, finishedAt }: Call): string[] => [
  ...new Set(
    segments
      .filter((segment) => (finishedAt === null ? isOnCall(segment) || isRinging(segment) : segment.enteredAt !== null))
      .map(({ actor }) => actor),
  ),
];

/**
 * Finds calls by any part of the call_id, of a number, or of the id or name of the queue or of an agent, without regard to case and
 * accents; a number also by its digits alone, whatever its format.
 */
export function createMatcher(search: string, names: NameLookup): (call: Call) => boolean {
  const text = withoutAccents(search.trim());
  if (text === '') return () => true;
  const digits = /^[\d\s()+*.-]+$/.test(text) ? digitsOf(text) : '';
  return ({ callId, theirNumber, ourNumber, queue, segments }) => {
    const numbers = [theirNumber, ourNumber].filter((number) => number !== null);
    const queues = queue === null ? [] : [queue, names.queue(queue) ?? ''];
    const agents = segments.flatMap(({ actor }) => [actor, names.agent(actor) ?? '']);
    return (
      [callId, ...numbers, ...queues, ...agents].some((value) => withoutAccents(value).includes(text)) ||
      (digits !== '' && numbers.some((number) => digitsOf(number).includes(digits)))
    );
  };
}

/** In lower case; João is found by joao. */
const withoutAccents = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

const digitsOf = (text: string): string => text.replaceAll(/\D/g, '');

/** Order of calls with equal sort keys: the longest in its state first, of finished calls the latest first. */
const tieBreaker = (call: Call): number => (call.finishedAt === null ? inStateSince(call) : -call.finishedAt);

/** The calls that match all filters, sorted; queues and agents by their names. */
export function filterAndSortCalls(
  calls: readonly Call[],
  { states, queue, search, sort, isDescending }: Pick<Route, 'states' | 'queue' | 'search' | 'sort' | 'isDescending'>,
  names: NameLookup,
): Call[] {
  const matches = createMatcher(search, names);
  const keyOf = sortKeyOf[sort];
  const direction = isDescending ? -1 : 1;
  return calls
    .filter(
      (call) =>
        (states.length === 0 || states.includes(call.state)) &&
        (queue === null || (call.queue ?? '') === queue) &&
        matches(call),
    )
    .map((call) => ({ call, key: keyOf(call, names) }))
    .toSorted(
      (a, b) => direction * compare(a.key, b.key) || tieBreaker(a.call) - tieBreaker(b.call) || a.call.id - b.call.id,
    )
    .map(({ call }) => call);
}

const sortKeyOf = {
  state: (call) => stateOrder.indexOf(call.state),
  queue: ({ queue }, names) => (queue === null ? '' : (names.queue(queue) ?? queue)),
  number: ({ theirNumber }) => theirNumber ?? '',
  agent: (call, names) => {
    const [actor] = currentAgents(call);
    return actor === undefined ? '' : (names.agent(actor) ?? actor);
  },
  timer: inStateSince,
  age: beganSince,
} as const satisfies Record<SortKey, (call: Call, names: NameLookup) => string | number>;

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : compareNames(String(a), String(b));

export const columnStates: readonly CallState[] = ['NEW', 'STANDBY', 'WAITING', 'ONGOING', 'FINISHED'];

/** Number of calls in each state. */
export function countByState(calls: readonly Call[]): Readonly<Record<CallState, number>> {
  const counts = { NEW: 0, STANDBY: 0, WAITING: 0, ONGOING: 0, FINISHED: 0 };
  for (const call of calls) counts[call.state]++;
  return counts;
}
