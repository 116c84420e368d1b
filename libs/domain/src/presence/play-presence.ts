import type { AgentSession, PresenceFact, SessionEnd } from './agent-session.ts';
import { stateAfter } from './session-transition.ts';

const ends = {
  'actor.logged-in': 'logged_in',
  'actor.logged-out': 'logged_out',
  'actor.paused': 'paused',
  'actor.unpaused': 'unpaused',
} as const satisfies Record<PresenceFact['kind'], SessionEnd>;

/** Plays what is known of the presence of one agent. */
export interface PresencePlayer {
  /** Plays the next fact; they must come in the order of {@link comparePresenceFacts}. */
  readonly play: (fact: PresenceFact) => void;
  /** The sessions that have ended since the last call. */
  readonly takeEnded: () => AgentSession[];
  /** The sessions that go on, one in each queue. */
  readonly open: () => readonly AgentSession[];
}

/** Time, then position in the log. Of several facts of one event a pause counts last: a log-in may state that it begins with one. */
export const comparePresenceFacts = (a: PresenceFact, b: PresenceFact): number =>
  a.at - b.at || a.id - b.id || Number(isPause(a)) - Number(isPause(b)) || a.part - b.part;

const isPause = ({ kind }: PresenceFact): boolean => kind === 'actor.paused';

/**
 * Derives sessions from facts about presence alone, so they depend on no call: the partition of an agent's calls may be
 * another. A call undoes no log-out here, nor does an unpause: many systems send that themselves after a call.
 * @param begun sessions that go on before the first fact; they may have ended with it or later
 */
export function playPresence(begun: readonly AgentSession[] = []): PresencePlayer {
  // How they ended is for the facts to say.
  const open = new Map<string, AgentSession>(
    begun.map((session) => [session.queue, { ...session, endedAt: null, end: null }]),
  );
  let ended: AgentSession[] = [];
  const end = (session: AgentSession, at: number, by: SessionEnd): void => {
    open.delete(session.queue);
    // A session without a duration was none: of several facts of one time, the last counts.
    if (at > session.beganAt) ended.push({ ...session, endedAt: at, end: by });
  };
  const apply = (queue: string, fact: PresenceFact): void => {
    // "No queue" is one only until the agent's events name another, in which the session goes on.
    const general = queue === '' ? undefined : open.get('');
    const session = open.get(queue) ?? general;
    const next = stateAfter(session, fact);
    if (general) {
      end(general, fact.at, 'queue_named');
      open.set(queue, { ...general, queue, beganAt: fact.at });
    }
    if (next === null) return;
    if (session && !general) end(session, fact.at, ends[fact.kind]);
    open.set(queue, { ...next, queue, beganAt: fact.at, endedAt: null, end: null, isOfAllQueues: fact.queue === '' });
  };
  const queuesOf = ({ queue }: PresenceFact): string[] =>
    queue !== '' || open.size === 0 ? [queue] : [...open.keys()];
  return {
    play: (fact) => {
      for (const queue of queuesOf(fact)) apply(queue, fact);
    },
    takeEnded: () => {
      const taken = ended;
      ended = [];
      return taken;
    },
    open: () => [...open.values()],
  };
}

/** All sessions of one agent, ordered by begin and queue. */
export function agentSessionsOf(facts: readonly PresenceFact[]): AgentSession[] {
  const player = playPresence();
  for (const fact of facts.toSorted(comparePresenceFacts)) player.play(fact);
  return [...player.takeEnded(), ...player.open()].toSorted(
    (a, b) => a.beganAt - b.beganAt || (a.queue < b.queue ? -1 : Number(a.queue !== b.queue)),
  );
}
