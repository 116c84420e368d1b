import { enter, leave, noAnswer, ring } from './agent-transitions.ts';
import {
  abandon,
  answer,
  requestTransfer,
  end,
  endAttempt,
  openCall,
  overflow,
  standby,
  wait,
} from './caller-transitions.ts';
import type { Fact } from './fact.ts';
import type { LifeState } from './life-state.ts';

/** What each kind of fact opens and ends: the table of docs/concepts/join.md. Other kinds do neither. */
export const transitions: ReadonlyMap<string, (playing: LifeState, fact: Fact) => void> = new Map([
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
