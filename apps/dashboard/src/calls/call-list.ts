import { beganSince, inStateSince, isOnCall, isRinging } from '@callstream/domain';
import type { Call, CallState } from '@callstream/domain';
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

/** Finds a call_id, number or agent by any part of it; a number also by its digits alone, whatever its format. */
export function matchesSearch({ callId, theirNumber, ourNumber, segments }: Call, search: string): boolean {
  const text = search.trim().toLowerCase();
  if (text === '') return true;
  const numbers = [theirNumber, ourNumber].filter((number) => number !== null);
  const digits = digitsOf(text);
  return (
    [callId, ...numbers, ...segments.map(({ actor }) => actor)].some((value) => value.toLowerCase().includes(text)) ||
    (digits !== '' && /^[\d\s()+*.-]+$/.test(text) && numbers.some((number) => digitsOf(number).includes(digits)))
  );
}

const digitsOf = (text: string): string => text.replaceAll(/\D/g, '');

/** Order of calls with equal sort keys: the longest in its state first, of finished calls the latest first. */
const tieBreaker = (call: Call): number => (call.finishedAt === null ? inStateSince(call) : -call.finishedAt);

/** The calls that match all filters, sorted. */
export function filterAndSortCalls(
  calls: readonly Call[],
  { states, queue, search, sort, isDescending }: Pick<Route, 'states' | 'queue' | 'search' | 'sort' | 'isDescending'>,
): Call[] {
  const keyOf = sortKeyOf[sort];
  const direction = isDescending ? -1 : 1;
  return calls
    .filter(
      (call) =>
        (states.length === 0 || states.includes(call.state)) &&
        (queue === null || (call.queue ?? '') === queue) &&
        matchesSearch(call, search),
    )
    .map((call) => ({ call, key: keyOf(call) }))
    .toSorted(
      (a, b) => direction * compare(a.key, b.key) || tieBreaker(a.call) - tieBreaker(b.call) || a.call.id - b.call.id,
    )
    .map(({ call }) => call);
}

const sortKeyOf = {
  state: (call) => stateOrder.indexOf(call.state),
  queue: ({ queue }) => queue ?? '',
  number: ({ theirNumber }) => theirNumber ?? '',
  agent: (call) => currentAgents(call)[0] ?? '',
  timer: inStateSince,
  age: beganSince,
} as const satisfies Record<SortKey, (call: Call) => string | number>;

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : a === b ? 0 : a < b ? -1 : 1;

export const columnStates: readonly CallState[] = ['NEW', 'STANDBY', 'WAITING', 'ONGOING', 'FINISHED'];

/** Number of calls in each state. */
export function countByState(calls: readonly Call[]): Readonly<Record<CallState, number>> {
  const counts = { NEW: 0, STANDBY: 0, WAITING: 0, ONGOING: 0, FINISHED: 0 };
  for (const call of calls) counts[call.state]++;
  return counts;
}
