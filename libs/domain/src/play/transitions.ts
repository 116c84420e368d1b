import { enter, leave, noAnswer, ring } from './agent-transitions.ts';
import { answerPeer, cancelPeer, leavePeer } from './peer-transitions.ts';
import { abandon, answer, end, endAttempt, openCall } from './caller-transitions.ts';
import { overflow, requestTransfer, standby, wait } from './caller-transitions.ts';
import type { Fact } from './fact.ts';
import { exitAs, leaveQueue, refuseAs } from './exit-transitions.ts';
import type { LifeState } from './life-state.ts';

/** The transition of each kind of fact: the table of docs/concepts/join.md. Facts of other kinds change nothing. */
export const transitions: ReadonlyMap<string, (life: LifeState, fact: Fact) => void> = new Map([
  ['call.new', openCall],
  ['call.follow-me', openCall],
  ['peer.ringing', openCall],
  ['call.standby', standby],
  ['call.waiting', wait],
  ['call.overflow', overflow],
  ['called.attended-transfer-request', requestTransfer],
  ['actor.ringing', ring],
  ['actor.noanswer', noAnswer],
  ['actor.left', leave],
  ['actor.entered', enter],
  ['call.ongoing', answer],
  ['call.queue-abandon', abandon],
  ['call.queue-left', leaveQueue],
  ['call.queue-timeout', exitAs('timed_out')],
  ['call.queue-emptied', exitAs('empty')],
  ['call.queue-withdrawn', exitAs('withdrawn')],
  ['call.queue-full', refuseAs('full')],
  ['call.queue-empty', refuseAs('empty')],
  ['peer.answered', answerPeer],
  ['peer.cancelled', cancelPeer],
  ['peer.left', leavePeer],
  ['call.finished', end],
  ['dialer.failure', endAttempt],
  ['dialer.expired', endAttempt],
  ['dialer.exceeded', endAttempt],
]);
