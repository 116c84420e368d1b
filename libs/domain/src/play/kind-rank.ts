/**
 * Order of facts of the same time. Many senders write whole seconds, so several events of a call often share one. Kinds that
 * open something come before kinds that end it, and a fact that says why before one that only says that. Kinds that are not
 * listed change nothing, and come before `ends`.
 */
const kindsInOrder = [
  'call.new',
  'dialer.attempt',
  'dialer.success',
  'peer.ringing',
  'call.follow-me',
  'call.standby',
  'called.attended-transfer-request',
  // Before a wait, because a queue lets a caller out and the next one takes the caller in the same millisecond.
  'call.queue-timeout',
  'call.queue-emptied',
  'call.queue-withdrawn',
  'call.queue-full',
  'call.queue-empty',
  'call.waiting',
  'call.overflow',
  'actor.ringing',
  'actor.noanswer',
  'peer.cancelled',
  'peer.answered',
  'actor.entered',
  'call.ongoing',
  'call.queue-abandon',
  'call.queue-left',
  'actor.left',
  'peer.left',
] as const;
const ends = ['dialer.failure', 'dialer.expired', 'dialer.exceeded', 'call.finished'] as const;

const otherRank = kindsInOrder.length;
const ranks = new Map<string, number>([
  ...kindsInOrder.map((kind, rank) => [kind, rank] as const),
  ...ends.map((kind, i) => [kind, otherRank + 1 + i] as const),
]);

/** Rank of a kind among facts of the same time. */
export const kindRank = (kind: string): number => ranks.get(kind) ?? otherRank;
