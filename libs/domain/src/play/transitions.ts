import { enter, leave, noAnswer, ring } from './agent-transitions.ts';
import { abandon, answer, end, endAttempt, openCall } from './caller-transitions.ts';
import { overflow, requestTransfer, standby, wait } from './caller-transitions.ts';
import type { Fact } from './fact.ts';
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
  ['call.finished', end],
  ['dialer.failure', endAttempt],
  ['dialer.expired', endAttempt],
  ['dialer.exceeded', endAttempt],
]);
