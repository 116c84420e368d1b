import type { CallEvent, Presence } from '../src/index.ts';
import type { Events } from './oracle.ts';

/**
 * The rows for presence of the table in docs/concepts/join.md, implemented independently: why an agent cannot have this
 * presence in `queue`, or null.
 * @param events without duplicates, received in the second in which they happened
 */
export function whyNotPresence(
  events: Events,
  actor: string,
  { queue, presence }: { queue: string; presence: Presence },
): string | null {
  const own = events.filter((event) => event.actor === actor);
  const stored = storedOf(own.filter((e) => isPresenceKind(e) && (e.queue === null || e.queue === queue)));
  // Events that are not stored cannot undo a log-out either.
  const known = [...stored, ...own.filter((event) => !isPresenceKind(event))];
  const isOut = stored.some((event) => event.kind === 'actor.logged-out' && isHolding(known, event, queue));
  const latest = stored.toSorted((a, b) => b.at - a.at || b.id - a.id)[0];
  const isPaused = latest?.kind === 'actor.paused';
  if (presence === 'logged_out') return isOut ? null : 'no log-out holds';
  if (presence !== 'paused' && presence !== 'available') return null;
  if (isOut) return 'the agent is logged out';
  return isPaused === (presence === 'paused') ? null : 'the latest event contradicts it';
}

const presenceKinds = ['actor.logged-in', 'actor.logged-out', 'actor.paused', 'actor.unpaused'];
const isPresenceKind = ({ kind }: CallEvent): boolean => presenceKinds.includes(kind);

/** Of each kind and queue the first in the log of the latest time: table `agents` stores no more. */
const storedOf = (events: Events): CallEvent[] =>
  [...Map.groupBy(events, ({ kind, queue }) => `${kind} ${queue ?? ''}`).values()].flatMap((row) =>
    row.toSorted((a, b) => b.at - a.at || a.id - b.id).slice(0, 1),
  );

/** Whether no event of the agent undoes a log-out. An event without a queue undoes only a log-out without a queue. */
function isHolding(known: Events, logOut: CallEvent, queue: string): boolean {
  const isUndoing = (e: CallEvent): boolean => {
    const isOfQueue = e.queue === queue || (e.queue === null && logOut.queue === null && isPresenceKind(e));
    if (!isOfQueue) return false;
    if (e.kind === 'actor.logged-in') return e.at > logOut.at || (e.at === logOut.at && e.id > logOut.id);
    if (e.at <= logOut.at + 2_000) return false;
    if (e.kind === 'actor.unpaused') return !isSoonAfterCall(known, e);
    return ['actor.paused', 'actor.ringing', 'actor.entered'].includes(e.kind);
  };
  return !known.some(isUndoing);
}

/** Whether the agent left a call within the five minutes before. */
const isSoonAfterCall = (known: Events, { at }: CallEvent): boolean =>
  known.some((e) => e.kind === 'actor.left' && e.at <= at && at - e.at <= 5 * 60_000);
