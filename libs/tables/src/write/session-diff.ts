import type { AgentSession } from '@callstream/domain';

/** Changes of the sessions of an agent in one queue. */
export interface SessionChanges {
  readonly actor: string;
  readonly queue: string;
  /** New sessions, and those that differ from the stored one with the same begin. */
  readonly written: readonly AgentSession[];
  /** Begins of stored sessions that there are no longer, in ms since 1970. */
  readonly deleted: readonly number[];
}

/** Collects the stored sessions and those that were played of one queue, to write only what differs. */
export interface SessionDiff {
  readonly addStored: (session: AgentSession) => void;
  readonly addPlayed: (session: AgentSession) => void;
  readonly changes: () => Pick<SessionChanges, 'written' | 'deleted'>;
}

export function createSessionDiff(): SessionDiff {
  // A queue has one session at a time.
  const stored = new Map<number, AgentSession>();
  const played = new Map<number, AgentSession>();
  return {
    addStored: (session) => void stored.set(session.beganAt, session),
    addPlayed: (session) => void played.set(session.beganAt, session),
    changes: () => ({
      written: [...played.values()].filter((session) => !isEqual(session, stored.get(session.beganAt))),
      deleted: [...stored.keys()].filter((beganAt) => !played.has(beganAt)),
    }),
  };
}

const isEqual = (a: AgentSession, b: AgentSession | undefined): boolean =>
  a.state === b?.state &&
  a.endedAt === b.endedAt &&
  a.end === b.end &&
  a.reason === b.reason &&
  a.isOfAllQueues === b.isOfAllQueues;
