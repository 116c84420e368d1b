import type { CallEvent, Presence } from '../src/index.ts';
import type { Events } from './oracle.ts';

/**
 * The rows of the table for agents off calls, said again: may this hold of an agent in `queue`? Null, or why not.
 * @param events each once, received in the second in which they happened
 */
export function whyNotPresence(
  events: Events,
  actor: string,
  { queue, presence }: { queue: string; presence: Presence },
): string | null {
  const own = events.filter((event) => event.actor === actor);
  const words = kept(own.filter((e) => isPresenceKind(e) && (e.queue === null || e.queue === queue)));
  // What is not kept cannot undo a log-out either.
  const known = [...words, ...own.filter((event) => !isPresenceKind(event))];
  const isOut = words.some((word) => word.kind === 'actor.logged-out' && isHolding(known, word, queue));
  const latest = words.toSorted((a, b) => b.at - a.at || b.id - a.id)[0];
  const isPaused = latest?.kind === 'actor.paused';
  if (presence === 'logged_out') return isOut ? null : 'no log-out holds';
  if (presence !== 'paused' && presence !== 'available') return null;
  if (isOut) return 'the agent is logged out';
  return isPaused === (presence === 'paused') ? null : 'the latest word says the other';
}

const presenceKinds = ['actor.logged-in', 'actor.logged-out', 'actor.paused', 'actor.unpaused'];
const isPresenceKind = ({ kind }: CallEvent): boolean => presenceKinds.includes(kind);

/** Of each kind and queue the least id at its greatest time: three changes within one second are not told apart. */
const kept = (words: Events): CallEvent[] =>
  [...Map.groupBy(words, ({ kind, queue }) => `${kind} ${queue ?? ''}`).values()].flatMap((row) =>
    row.toSorted((a, b) => b.at - a.at || a.id - b.id).slice(0, 1),
  );

/** Whether no word of the agent undoes a log-out; what names no queue undoes only what names none. */
function isHolding(known: Events, logOut: CallEvent, queue: string): boolean {
  const isUndoing = (e: CallEvent): boolean => {
    const isSaidOfIt = e.queue === queue || (e.queue === null && logOut.queue === null && isPresenceKind(e));
    if (!isSaidOfIt) return false;
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
