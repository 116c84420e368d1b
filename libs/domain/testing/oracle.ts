import type { CallEvent } from '../src/index.ts';

// A test oracle: the table of docs/concepts/join.md, implemented independently of `play`. Each function gives the reason why
// something cannot be open, or null if it may be. Events of one second have one `at`: senders write whole seconds.

export type Events = readonly CallEvent[];
type WhyNot = string | null;

const isWait = ({ kind, destination }: CallEvent): boolean =>
  kind === 'call.waiting' || (kind === 'call.overflow' && destination !== null);
const waitsIn = ({ kind, queue, destination }: CallEvent): string =>
  (kind === 'call.overflow' ? destination : queue) ?? '';
const isAnswer = ({ kind }: CallEvent): boolean => kind === 'actor.entered' || kind === 'call.ongoing';
const queueOf = ({ queue }: CallEvent): string => queue ?? '';
const isEntry = ({ kind, actor }: CallEvent, of: string | null): boolean => kind === 'actor.entered' && actor === of;

/** Whether the end of the call ended what `opening` opened; `events` of that call. */
function isEnded(events: Events, opening: CallEvent): boolean {
  const isEntered = events.some(({ kind }) => kind === 'actor.entered');
  const isEnd = ({ kind }: CallEvent): boolean =>
    kind === 'call.finished' || (!isEntered && /^dialer\.(failure|expired|exceeded)$/.test(kind));
  const ends = events.filter(isEnd).toSorted((a, b) => a.at - b.at || a.id - b.id);
  const end = ends.at(-1);
  if (!end || end.at >= opening.at) return end !== undefined;
  // Something that began after an end needs a beginning of the call after that end.
  const isLater = ({ clock, at, ownAt }: CallEvent): boolean =>
    clock === 'own'
      ? at > end.at + 2_000
      : clock === 'ahead' && end.clock === 'ahead' && (ownAt ?? 0) > (end.ownAt ?? 0) + 2_000;
  const isBeginning = (e: CallEvent): boolean =>
    (e.kind === 'call.new' || e.kind === 'call.waiting') &&
    e.at <= opening.at &&
    isLater(e) &&
    e.receivedAt >= end.receivedAt;
  return !events.some(isBeginning);
}

/** Why the caller cannot wait in `queue` since `since`; `events` of that call. */
export function whyNotWaiting(events: Events, queue: string, since: number): WhyNot {
  const waits = events.filter(isWait);
  if (!waits.some((wait) => waitsIn(wait) === queue && wait.at === since)) return 'no wait begins then';
  const lastAt = Math.max(...waits.map(({ at }) => at));
  const latest = waits.find((wait) => wait.at === lastAt && waitsIn(wait) === queue);
  if (!latest) return 'the latest wait is elsewhere';
  const isOfQueue = (e: CallEvent): boolean => e.kind === 'call.ongoing' || e.queue === null || e.queue === queue;
  if (events.some((e) => isAnswer(e) && (e.at > lastAt || (e.at === lastAt && isOfQueue(e))))) return 'it was answered';
  // An abandon in the second of the wait belongs to an earlier wait there, if there is one.
  const isEarlier = (abandoned: string | null): boolean =>
    waits.some((wait) => wait.at < lastAt && (abandoned === null || waitsIn(wait) === abandoned));
  const isAbandon = ({ kind, at, queue: of }: CallEvent): boolean =>
    kind === 'call.queue-abandon' &&
    (of === null || of === queue) &&
    (at > lastAt || (at === lastAt && !isEarlier(of)));
  if (events.some(isAbandon)) return 'it was abandoned';
  if (events.some(({ kind, at }) => kind === 'call.standby' && at > lastAt)) return 'a later standby ended the wait';
  return isEnded(events, latest) ? 'the call ended' : null;
}

/** Why the agent cannot be on the call; null if at least one entry allows it. */
export function whyNotTalking(all: Events, actor: string, on: { callId: string; takesSeveral: boolean }): WhyNot {
  const events = all.filter(({ callId }) => callId === on.callId);
  const entries = events.filter((event) => isEntry(event, actor));
  const reasons = entries.map((entry) => whyEntryEnded(events, entry) ?? whyElsewhere(all, entry, on.takesSeveral));
  return reasons.includes(null) ? null : (reasons[0] ?? 'the agent never entered');
}

function whyEntryEnded(events: Events, entry: CallEvent): WhyNot {
  const { actor, at, id } = entry;
  const firstAt = Math.min(...events.filter((event) => isEntry(event, actor)).map((event) => event.at));
  // An agent who entered before may leave and come back in one second, in the order of the log.
  const isLeft = (e: CallEvent): boolean =>
    e.kind === 'actor.left' && e.actor === actor && (e.at > at || (e.at === at && !(firstAt < at && e.id < id)));
  if (events.some(isLeft)) return 'the agent left';
  // An agent who enters again through another queue has a new segment.
  const isThroughAnother = (e: CallEvent): boolean =>
    isEntry(e, actor) && e.queue !== null && e.queue !== entry.queue && (e.at > at || (e.at === at && e.id > id));
  if (events.some(isThroughAnother)) return 'the agent entered through another queue';
  const isTransferRequested = (until: number): boolean =>
    events.some((e) => e.kind === 'called.attended-transfer-request' && e.at >= firstAt && e.at <= until);
  if (events.some((e) => isWait(e) && waitsIn(e) !== queueOf(entry) && e.at > at && !isTransferRequested(e.at)))
    return 'the caller waits elsewhere';
  return isEnded(events, entry) ? 'the call ended' : null;
}

function whyElsewhere(all: Events, { actor, at, callId }: CallEvent, takesSeveral: boolean): WhyNot {
  const isElsewhere = (e: CallEvent): boolean =>
    isEntry(e, actor) && e.callId !== null && e.callId !== callId && e.queue !== null && e.at > at;
  return !takesSeveral && all.some(isElsewhere) ? 'the agent entered another call' : null;
}

/** Why the agent's phone cannot ring for the call; null if at least one ring event allows it. */
export function whyNotRinging(
  all: Events,
  actor: string,
  on: { callId: string; now: number; ringMsMax: number },
): WhyNot {
  const rings = all.filter((e) => e.kind === 'actor.ringing' && e.actor === actor && e.callId === on.callId);
  const reasons = rings.map((ring) => whyRingEnded(all, ring, on));
  return reasons.includes(null) ? null : (reasons[0] ?? 'it never rang');
}

function whyRingEnded(all: Events, ring: CallEvent, { now, ringMsMax }: { now: number; ringMsMax: number }): WhyNot {
  const { actor, at, id, callId } = ring;
  const events = all.filter((event) => event.callId === callId);
  if (now - at > ringMsMax) return 'it rang for too long';
  const isAgain = events.some((e) => e.actor === actor && e.at < at);
  const isOff = (e: CallEvent): boolean =>
    (e.kind === 'actor.noanswer' || e.kind === 'actor.left') &&
    e.actor === actor &&
    (e.at > at || (e.at === at && !(isAgain && e.id < id)));
  if (events.some(isOff)) return 'the agent did not answer';
  // An answer or abandon in the second of a wait may belong to an earlier wait.
  const isSince = (e: CallEvent): boolean =>
    e.at > at || (e.at === at && !events.some((w) => isWait(w) && w.at === at));
  if (events.some((e) => isAnswer(e) && isSince(e))) return 'it was answered';
  if (events.some((e) => e.kind === 'call.queue-abandon' && isSince(e))) return 'it was abandoned';
  if (events.some((e) => isWait(e) && waitsIn(e) !== queueOf(ring) && e.at > at)) return 'the caller waits elsewhere';
  const isOut = (e: CallEvent): boolean =>
    e.kind === 'actor.logged-out' && e.actor === actor && (e.queue === null || e.queue === ring.queue) && e.at >= at;
  if (all.some(isOut)) return 'the agent logged out';
  if (all.some((e) => isEntry(e, actor) && e.callId !== null && e.callId !== callId && e.at > at))
    return 'the agent entered another call';
  const isServing = (e: CallEvent): boolean =>
    isEntry(e, e.actor) && e.actor !== null && queueOf(e) === queueOf(ring) && whyEntryEnded(events, e) === null;
  if (events.some(isServing)) return 'an agent of that queue is on the call';
  return isEnded(events, ring) ? 'the call ended' : null;
}
