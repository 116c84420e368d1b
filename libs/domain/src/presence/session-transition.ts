import { presenceKinds } from '../kinds.ts';
import type { AgentSession, PresenceFact, SessionState } from './agent-session.ts';

/** Events this soon after a log-out do not undo it, in ms; belongs to the projection version. */
export const logoutMsMin = 2_000;

interface StateAndReason {
  readonly state: SessionState;
  readonly reason: string | null;
}

type FactOfQueue = Pick<PresenceFact, 'kind' | 'queue' | 'at' | 'reason'>;

/** The state that a fact begins; null if it changes nothing. */
export function stateAfter(session: AgentSession | undefined, fact: FactOfQueue): StateAndReason | null {
  if (session?.state === 'logged_out' && isIgnored(session, fact)) return null;
  switch (fact.kind) {
    case 'actor.logged-in':
      return { state: 'logged_in', reason: null };
    case 'actor.logged-out':
      return { state: 'logged_out', reason: null };
    case 'actor.unpaused':
      return session?.state === 'logged_in' ? null : { state: 'logged_in', reason: null };
    case 'actor.paused': {
      const isSame = session?.state === 'paused' && (fact.reason === null || fact.reason === session.reason);
      return isSame ? null : { state: 'paused', reason: fact.reason };
    }
  }
}

/** Whether a log-out still holds after a fact. Only a fact that names the queue undoes a log-out that names it. */
function isIgnored({ beganAt, isOfAllQueues }: AgentSession, { kind, queue, at }: FactOfQueue): boolean {
  if (queue === '' && !isOfAllQueues) return true;
  return kind === 'actor.unpaused' || (kind === 'actor.paused' && at <= beganAt + logoutMsMin);
}

/** The kinds of facts that may change a session at some time, if they name `queue`. */
export const changingKinds = (session: AgentSession, queue: string): PresenceFact['kind'][] =>
  presenceKinds.filter((kind) => {
    const otherReason = `not ${session.reason ?? ''}`;
    return stateAfter(session, { kind, queue, at: Infinity, reason: otherReason }) !== null;
  });

/** Whether any facts after `at` end both sessions at the same time, and in the same way. */
export const endAlike = (a: AgentSession, b: AgentSession, at: number): boolean =>
  a.state === b.state &&
  a.reason === b.reason &&
  (a.state !== 'logged_out' ||
    (a.isOfAllQueues === b.isOfAllQueues &&
      (a.beganAt === b.beganAt || Math.max(a.beganAt, b.beganAt) + logoutMsMin <= at)));
