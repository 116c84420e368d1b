import { isOnCall, isRinging } from '@callstream/domain';
import type { Call, CallState } from '@callstream/domain';
import type { Route, SortKey } from '../route.ts';

/** Waiting calls are what one looks for, finished ones are in the way. */
const order: readonly CallState[] = ['WAITING', 'ONGOING', 'STANDBY', 'NEW', 'FINISHED'];

/** Since when the call is in its state, in ms since 1970 by the gateway's clock. */
export const inStateSince = ({ stateAt, delayMs }: Call): number => stateAt + delayMs;

/** When the call began, in ms since 1970 by the gateway's clock. */
const beganAt = ({ beganAt: at, delayMs }: Call): number => at + delayMs;

/** Who is on the call, or whom it rings. */
export const currentAgents = ({ segments, finishedAt }: Call): string[] => [
  ...new Set(
    segments
      .filter((one) => (finishedAt === null ? isOnCall(one) || isRinging(one) : one.enteredAt !== null))
      .map(({ actor }) => actor),
  ),
];

/** A call_id, a number and an agent are found by any part of them; a number by its digits, however it is written. */
export function matchesSearch({ callId, theirNumber, ourNumber, segments }: Call, search: string): boolean {
  const text = search.trim().toLowerCase();
  if (text === '') return true;
  const numbers = [theirNumber, ourNumber].filter((number) => number !== null);
  const sought = digitsOf(text);
  return (
    [callId, ...numbers, ...segments.map(({ actor }) => actor)].some((value) => value.toLowerCase().includes(text)) ||
    (sought !== '' && /^[\d\s()+*.-]+$/.test(text) && numbers.some((number) => digitsOf(number).includes(sought)))
  );
}

const digitsOf = (text: string): string => text.replaceAll(/\D/g, '');

/** Who has waited for longest in front; of what is over, the latest. */
const restOrder = (call: Call): number => (call.finishedAt === null ? inStateSince(call) : -call.finishedAt);

/** What the filters leave, in the order that is wanted; calls that are equal in it by age. */
export function filterAndSortCalls(
  calls: readonly Call[],
  { states, queue, search, sort, isDescending }: Pick<Route, 'states' | 'queue' | 'search' | 'sort' | 'isDescending'>,
): Call[] {
  const by = keys[sort];
  const direction = isDescending ? -1 : 1;
  return calls
    .filter(
      (call) =>
        (states.length === 0 || states.includes(call.state)) &&
        (queue === null || (call.queue ?? '') === queue) &&
        matchesSearch(call, search),
    )
    .map((call) => ({ call, key: by(call) }))
    .toSorted(
      (a, b) => direction * compare(a.key, b.key) || restOrder(a.call) - restOrder(b.call) || a.call.id - b.call.id,
    )
    .map(({ call }) => call);
}

const keys = {
  state: (call) => order.indexOf(call.state),
  queue: ({ queue }) => queue ?? '',
  number: ({ theirNumber }) => theirNumber ?? '',
  agent: (call) => currentAgents(call)[0] ?? '',
  timer: inStateSince,
  age: beganAt,
} as const satisfies Record<SortKey, (call: Call) => string | number>;

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : a === b ? 0 : a < b ? -1 : 1;

export const columnStates: readonly CallState[] = ['NEW', 'STANDBY', 'WAITING', 'ONGOING', 'FINISHED'];

/** How many calls are in each state. */
export function countByState(calls: readonly Call[]): Readonly<Record<CallState, number>> {
  const counts = { NEW: 0, STANDBY: 0, WAITING: 0, ONGOING: 0, FINISHED: 0 };
  for (const call of calls) counts[call.state]++;
  return counts;
}
