import { comparePresenceFacts, endAlike, playPresence, stateAfter } from '@callstream/domain';
import type { AgentSession, PresenceFact } from '@callstream/domain';
import { createSessionDiff } from './session-diff.ts';
import type { SessionDiff } from './session-diff.ts';

/** The first facts of an agent that name a queue, all of one time. */
export interface Naming {
  readonly at: number;
  readonly facts: readonly PresenceFact[];
}

/** All that happens at one time. */
export interface PresenceMoment {
  readonly at: number;
  /** In the order of play. */
  readonly facts: readonly PresenceFact[];
  /** The stored session that began then. */
  readonly stored: AgentSession | undefined;
}

/** The sessions of an agent in one queue, stored and replayed, moment by moment. */
export interface QueueTimeline {
  /** Goes on at a time at which the stored session, if there is one, is right. */
  readonly startFrom: (stored: AgentSession | undefined) => void;
  readonly advance: (moment: PresenceMoment) => void;
  /** The replayed session that goes on. */
  readonly open: () => AgentSession | undefined;
  /** What the naming began, in all queues; null before it. */
  readonly named: () => readonly AgentSession[] | null;
  readonly mayChange: (fact: PresenceFact) => boolean;
  /** Whether facts after `at` have the same effect on the replayed session as they had on the stored one. */
  readonly isSame: (at: number) => boolean;
  /** When the stored session ends; null if it goes on, or there is none. */
  readonly storedUntil: () => number | null;
  /** Ends the replayed session as the stored one ends. */
  readonly endAsStored: () => void;
  /** Ends the replay: the session goes on. */
  readonly endOpen: () => void;
  readonly diff: SessionDiff;
}

export interface QueueTimelineOptions {
  readonly queue: string;
  /** Of the queue '': where its sessions go on in the queues that are named. */
  readonly naming?: Naming | undefined;
  /** What a naming at `at` has begun in this queue. */
  readonly begun?: { readonly at: number; readonly session: AgentSession | undefined } | undefined;
}

const goingOn = { endedAt: null, end: null };

export function createQueueTimeline({ queue, naming, begun }: QueueTimelineOptions): QueueTimeline {
  const diff = createSessionDiff();
  let player = playPresence(begun?.session ? [begun.session] : []);
  let stored: AgentSession | undefined;
  let named: readonly AgentSession[] | null = null;
  const open = (): AgentSession | undefined => player.open().find((session) => session.queue === queue);
  const play = (fact: PresenceFact): void => {
    // A queue that was not named yet has no part in it.
    if (fact.queue !== '' || queue === '' || open()) player.play(fact);
  };
  const endWith = ({ endedAt, end }: Pick<AgentSession, 'endedAt' | 'end'>): void => {
    const session = open();
    if (session) diff.addPlayed({ ...session, endedAt, end });
  };
  return {
    startFrom: (session) => {
      player = playPresence(session ? [session] : []);
      stored = session;
      if (session) diff.addStored(session);
    },
    advance: ({ at, facts, stored: began }) => {
      if (at === naming?.at) {
        [...facts, ...naming.facts].toSorted(comparePresenceFacts).forEach(play);
        named = player.open();
      } else if (named === null) facts.forEach(play);
      player.takeEnded().forEach(diff.addPlayed);
      if (began) diff.addStored(began);
      if (began || (stored?.endedAt ?? Infinity) <= at) stored = began;
    },
    open,
    named: () => named,
    mayChange: (fact) => {
      const session = open();
      return session ? stateAfter(session, fact) !== null : named === null && fact.queue === queue;
    },
    isSame: (at) => {
      const session = open();
      if (session && stored) return endAlike(session, stored, at);
      // After a naming, the first session of a queue and the last without one may differ from the stored one later.
      return session === stored && begun === undefined && named === null;
    },
    storedUntil: () => stored?.endedAt ?? null,
    endAsStored: () => {
      endWith(stored ?? goingOn);
    },
    endOpen: () => {
      endWith(goingOn);
    },
    diff,
  };
}
