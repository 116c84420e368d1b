import { isOnCall, isRinging, stateOfCall } from '@callstream/domain';
import type { Call, CallState } from '@callstream/domain';
import type { Route, Sorting } from '../route.ts';

/** Waiting calls are what one looks for, finished ones are in the way. */
const order: readonly CallState[] = ['WAITING', 'ONGOING', 'STANDBY', 'NEW', 'FINISHED'];

/** Since when the call is in its state, ms since 1970. */
export const inStateSince = ({ state, waitingSince, createdAt }: Call): number =>
  Number.isFinite(state.at) ? state.at : (waitingSince ?? createdAt);

/** When the call began, as far as is known, ms since 1970: an event that was late tells its own time. */
export const beganAt = ({ waitingAt, createdAt }: Call): number => Math.min(waitingAt ?? createdAt, createdAt);

/** Who is on the call, or whom it rings. */
export const agentsNow = ({ agents, finishedAt }: Call): string[] =>
  agents
    .filter((agent) => (finishedAt === null ? isOnCall(agent) || isRinging(agent) : agent.enteredAt !== null))
    .map(({ actor }) => actor);

/** A call_id, a number and an agent are found by any part of them; a number by its digits, however it is written. */
export function matches({ callId, parties, agents }: Call, search: string): boolean {
  const text = search.trim().toLowerCase();
  if (text === '') return true;
  const numbers = [parties.theirNumber, parties.ourNumber].filter((number) => number !== null);
  const sought = digitsOf(text);
  return (
    [callId, ...numbers, ...agents.map(({ actor }) => actor)].some((value) => value.toLowerCase().includes(text)) ||
    (sought !== '' && /^[\d\s()+*.-]+$/.test(text) && numbers.some((number) => digitsOf(number).includes(sought)))
  );
}

const digitsOf = (text: string): string => text.replaceAll(/\D/g, '');

/** Who has waited for longest in front; of what is over, the latest. */
const restOrder = (call: Call): number => (call.finishedAt === null ? inStateSince(call) : -call.finishedAt);

/** What the filters leave, in the order that is wanted; calls that are equal in it by age. */
export function shownCalls(
  calls: readonly Call[],
  { states, queue, search, sort, isDescending }: Pick<Route, 'states' | 'queue' | 'search' | 'sort' | 'isDescending'>,
): Call[] {
  const by = keys[sort];
  const direction = isDescending ? -1 : 1;
  return calls
    .filter(
      (call) =>
        (states.length === 0 || states.includes(stateOfCall(call))) &&
        (queue === null || (call.queue.value ?? '') === queue) &&
        matches(call, search),
    )
    .map((call) => ({ call, key: by(call) }))
    .toSorted(
      (a, b) => direction * compare(a.key, b.key) || restOrder(a.call) - restOrder(b.call) || a.call.id - b.call.id,
    )
    .map(({ call }) => call);
}

const keys = {
  state: (call) => order.indexOf(stateOfCall(call)),
  queue: ({ queue }) => queue.value ?? '',
  number: ({ parties }) => parties.theirNumber ?? '',
  agent: (call) => agentsNow(call)[0] ?? '',
  timer: inStateSince,
  age: beganAt,
} as const satisfies Record<Sorting, (call: Call) => string | number>;

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : a === b ? 0 : a < b ? -1 : 1;

export const columnStates: readonly CallState[] = ['NEW', 'STANDBY', 'WAITING', 'ONGOING', 'FINISHED'];

/** How many calls are in each state. */
export function countByState(calls: readonly Call[]): Readonly<Record<CallState, number>> {
  const counts = { NEW: 0, STANDBY: 0, WAITING: 0, ONGOING: 0, FINISHED: 0 };
  for (const call of calls) counts[stateOfCall(call)]++;
  return counts;
}
