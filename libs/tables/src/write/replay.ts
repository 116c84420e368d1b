import { presenceKinds } from '@callstream/domain';
import type { AgentSession, PresenceFact } from '@callstream/domain';

/** Asks for sessions and facts of an agent in one queue, or in each of its queues. */
export interface PageRequest {
  readonly actor: string;
  /** null: every queue that the agent's facts name, and '' if one names none; a page for each. */
  readonly queue: string | null;
  /** Time from which on sessions are wanted, in ms since 1970. */
  readonly from: number;
  /** Time from which on facts are wanted, in ms since 1970. */
  readonly factsFrom: number;
  /** Kinds of the wanted facts that name the queue. */
  readonly kinds: readonly PresenceFact['kind'][];
  /** Kinds of the wanted facts that name no queue. */
  readonly generalKinds: readonly PresenceFact['kind'][];
  /** Most sessions, and most facts. */
  readonly limit: number;
  /** Whether only kinds are wanted that may change the replayed session. */
  readonly isProbe?: boolean;
  /** Whether the stored session at `from` is right. */
  readonly isStart?: boolean;
}

/** The answer for one queue. */
export interface PresencePage {
  readonly queue: string;
  /** Whether the agent has facts with and without a queue, and before `from` no session in a queue that was named. */
  readonly isBeforeNaming: boolean;
  /** The session that began last before `from`, and the first from there on. */
  readonly stored: readonly AgentSession[];
  /** In the order of play. */
  readonly facts: readonly PresenceFact[];
}

/** A computation that asks for pages of the tables until it has its result; it gets the pages of each request. */
export type PresenceReplay<T> = Generator<readonly PageRequest[], T, readonly (readonly PresencePage[])[]>;

/** Facts, and sessions, that are read at first: more than most events change. */
export const pageMin = 16;

type RequestedPage = Pick<PageRequest, 'actor' | 'queue' | 'from'> & Partial<PageRequest>;
export const pageRequest = (request: RequestedPage): PageRequest => ({
  factsFrom: request.from,
  kinds: presenceKinds,
  generalKinds: presenceKinds,
  limit: pageMin,
  ...request,
});

/** Runs replays side by side, so that the pages of all of them are read at once. @returns their results in the same order */
export function* inParallel<T>(replays: readonly PresenceReplay<T>[]): PresenceReplay<T[]> {
  const results: T[] = [];
  let running = replays.map((replay, i) => ({ i, replay, step: replay.next() }));
  for (;;) {
    const waiting = running.flatMap(({ i, replay, step }) => {
      if (!step.done) return [{ i, replay, requests: step.value }];
      results[i] = step.value;
      return [];
    });
    if (waiting.length === 0) return results;
    const pages = yield waiting.flatMap(({ requests }) => requests);
    let next = 0;
    running = waiting.map(({ i, replay, requests }) => {
      const own = pages.slice(next, (next += requests.length));
      return { i, replay, step: replay.next(own) };
    });
  }
}
