import { enter, leave, leaveUnanswered, ring } from './agent-steps.ts';
import { abandon, answer, askForTransfer, end, endAttempt, open, overflow, standBy, wait } from './caller-steps.ts';
import type { Fact } from './fact.ts';
import type { Playing } from './playing.ts';

/** What each kind of fact opens and ends: the table of docs/concepts/join.md. Other kinds do neither. */
export const steps: ReadonlyMap<string, (playing: Playing, fact: Fact) => void> = new Map([
  ['call.new', open],
  ['call.follow-me', open],
  ['peer.ringing', open],
  ['call.standby', standBy],
  ['call.waiting', wait],
  ['call.overflow', overflow],
  ['called.attended-transfer-request', askForTransfer],
  ['actor.ringing', ring],
  ['actor.noanswer', leaveUnanswered],
  ['actor.left', leave],
  ['actor.entered', enter],
  ['call.ongoing', answer],
  ['call.queue-abandon', abandon],
  ['call.finished', end],
  ['dialer.failure', endAttempt],
  ['dialer.expired', endAttempt],
  ['dialer.exceeded', endAttempt],
]);
