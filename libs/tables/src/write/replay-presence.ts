import { playPresence } from '@callstream/domain';
import type { AgentSession, PresenceFact, PresencePlayer } from '@callstream/domain';

/** Facts that are read of an agent at once: more than almost any agent has in a day. */
const pageFacts = 256;

/** Sessions of an agent that replace those that began from `since` on and before `until`; ms since 1970. */
export interface ReplacedSessions {
  readonly actor: string;
  readonly since: number;
  /** Infinity: all. */
  readonly until: number;
  /** Without those that are in the table as they are. Of an earlier session, the one that goes on at `since` may be among them. */
  readonly sessions: readonly AgentSession[];
}

/** Derives the sessions of one agent again from the first new fact on, page by page, until they are those of the table. */
export interface PresenceReplay {
  readonly actor: string;
  /** Where the next page begins, in ms since 1970. */
  readonly from: () => number;
  /** Most facts of the next page. */
  readonly limit: () => number;
  /**
   * @param stored the sessions of the table that began before {@link from}, and had not ended before it
   * @param facts the first from there on, in the order of play
   * @returns the result; null if it needs another page
   */
  readonly next: (stored: readonly AgentSession[], facts: readonly PresenceFact[]) => ReplacedSessions | null;
}

/** @param changed times of the first and last new fact, in ms since 1970 */
export function replayPresence(
  actor: string,
  changed: { readonly first: number; readonly last: number },
): PresenceReplay {
  let from = changed.first;
  let limit = pageFacts;
  let before: readonly AgentSession[] = [];
  let player: PresencePlayer | null = null;
  const ended: AgentSession[] = [];
  const replaced = (rows: readonly AgentSession[], until: number): ReplacedSessions => ({
    actor,
    since: changed.first,
    until,
    sessions: rows.filter((row) => !before.some((session) => isEqual(session, row))),
  });
  return {
    actor,
    from: () => from,
    limit: () => limit,
    next: (stored, facts) => {
      if (player === null) {
        before = stored;
        player = playPresence(stored);
      } else if (from > changed.last && isSameState(player.open(), stored))
        return replaced([...ended, ...stored], from);
      const isLastPage = facts.length < limit;
      const end = isLastPage ? Infinity : (facts.at(-1)?.at ?? Infinity);
      // Facts of one time may be divided by the limit.
      const complete = facts.filter(({ at }) => at < end);
      complete.forEach(player.play);
      ended.push(...player.takeEnded());
      if (isLastPage) return replaced([...ended, ...player.open()], Infinity);
      if (complete.length === 0) limit *= 2;
      from = end;
      return null;
    },
  };
}

/** Whether from here on, the same facts give the same sessions. */
const isSameState = (played: readonly AgentSession[], stored: readonly AgentSession[]): boolean =>
  played.length === stored.length &&
  played.every((a) => stored.some((b) => isEqual(a, { ...b, endedAt: null, end: null })));

const isEqual = (a: AgentSession, b: AgentSession): boolean =>
  a.queue === b.queue &&
  a.beganAt === b.beganAt &&
  a.state === b.state &&
  a.endedAt === b.endedAt &&
  a.end === b.end &&
  a.reason === b.reason &&
  a.isOfAllQueues === b.isOfAllQueues;
