import { changingKinds, presenceKinds } from '@callstream/domain';
import type { AgentSession } from '@callstream/domain';
import { createQueueTimeline } from './queue-timeline.ts';
import type { PresenceMoment, QueueTimelineOptions } from './queue-timeline.ts';
import { pageMin, pageRequest } from './replay.ts';
import type { PageRequest, PresencePage, PresenceReplay } from './replay.ts';
import type { SessionChanges } from './session-diff.ts';

/** Most facts of a page, unless more are of one time. */
const pageMax = 1_024;

export interface QueueReplayOptions extends QueueTimelineOptions {
  readonly actor: string;
  /** Where the first page begins, in ms since 1970. */
  readonly from: number;
  /** Times at which facts that count for this queue have changed, at least one; ascending. */
  readonly changed: readonly number[];
}

export interface QueueReplay extends SessionChanges {
  /** What the naming began, in all queues; null if the replay ended before it. */
  readonly named: readonly AgentSession[] | null;
}

/**
 * Derives the sessions of an agent in one queue again from the first change on. As soon as the replayed session will end as the
 * stored one does, it goes on at the next change, or is done. What cannot change the replayed session is skipped by its kind
 * (a probe); so it reads and writes about as much as has changed, however long the history is.
 */
export function* replayQueue(options: QueueReplayOptions, first: PresencePage): PresenceReplay<QueueReplay> {
  const { actor, queue, changed, naming, begun } = options;
  const timeline = createQueueTimeline(options);
  const factsFrom = (begun?.at ?? -Infinity) + 1;
  const nextPage = (from: number, limit: number): PageRequest =>
    pageRequest({ actor, queue, from, factsFrom: Math.max(from, factsFrom), limit });
  const probe = (from: number, limit: number): PageRequest => {
    const session = timeline.open();
    const [own, general] = session ? [changingKinds(session, queue), changingKinds(session, '')] : [presenceKinds, []];
    const isNamed = timeline.named() !== null;
    return { ...nextPage(from, limit), kinds: isNamed ? [] : own, generalKinds: isNamed ? [] : general, isProbe: true };
  };
  let passed = 0;
  const nextChange = (at: number): number | undefined => {
    while ((changed[passed] ?? Infinity) <= at) passed++;
    return changed[passed];
  };
  /** @returns what to read next; null if it is done */
  const playPage = (page: PresencePage, { from, limit, isProbe }: PageRequest): PageRequest | null => {
    const end = endOf(page, from, limit);
    let changes = 0;
    for (const moment of momentsOf(page, naming ? [...changed, naming.at] : changed, { from, end })) {
      const { at, facts } = moment;
      const isChanging = at === naming?.at || facts.some(timeline.mayChange);
      if (isProbe && isChanging) return nextPage(at, pageMin);
      changes += Number(isChanging);
      timeline.advance(moment);
      if (at < (changed[0] ?? at) || !timeline.isSame(at)) continue;
      const next = nextChange(at);
      if (next !== undefined && next < end) continue;
      const isStoredUntilNext = next !== undefined && (timeline.storedUntil() ?? Infinity) >= next;
      if (!isStoredUntilNext || timeline.open() === undefined) {
        timeline.endAsStored();
        return next === undefined ? null : { ...nextPage(next, pageMin), isStart: true };
      }
      return nextPage(next, limitAfter(changes));
    }
    if (end === Infinity) {
      timeline.endOpen();
      return null;
    }
    if (end === from) return isProbe ? probe(from, 2 * limit) : nextPage(from, 2 * limit);
    if (isProbe) return probe(end, Math.min(2 * limit, pageMax));
    return changes === 0 ? probe(end, pageMin) : nextPage(end, limitAfter(changes));
  };
  let page = first;
  let request: PageRequest | null = { ...nextPage(options.from, pageMin), isStart: begun === undefined };
  for (;;) {
    if (request.isStart) timeline.startFrom(sessionAt(page, request.from));
    request = playPage(page, request);
    if (request === null) return { actor, queue, named: timeline.named(), ...timeline.diff.changes() };
    const [next] = (yield [request])[0] ?? [];
    if (!next) throw new Error('A queue of an agent is not in the table agents any more.');
    page = next;
  }
}

/** Many changes are read in few pages. */
const limitAfter = (changes: number): number => Math.min(Math.max(4 * changes, pageMin), pageMax);

/** The stored session that goes on at a time, or ends then. */
const sessionAt = ({ stored }: PresencePage, time: number): AgentSession | undefined =>
  stored.find(({ beganAt, endedAt }) => beganAt < time && (endedAt === null || endedAt >= time));

/** Time from which on a page may lack something. */
function endOf({ stored, facts }: PresencePage, from: number, limit: number): number {
  const began = stored.filter(({ beganAt }) => beganAt >= from);
  return Math.min(
    facts.length < limit ? Infinity : (facts.at(-1)?.at ?? Infinity),
    began.length < limit ? Infinity : (began.at(-1)?.beganAt ?? Infinity),
  );
}

/** The moments of a page and of `times`, from `from` on and before `end`, in order. */
function momentsOf(
  { stored, facts }: PresencePage,
  times: readonly number[],
  { from, end }: { readonly from: number; readonly end: number },
): PresenceMoment[] {
  const factsByTime = Map.groupBy(facts, ({ at }) => at);
  const storedByTime = new Map(stored.map((session) => [session.beganAt, session]));
  const all = new Set([...factsByTime.keys(), ...storedByTime.keys(), ...times]);
  return [...all]
    .filter((at) => at >= from && at < end)
    .toSorted((a, b) => a - b)
    .map((at) => ({ at, facts: factsByTime.get(at) ?? [], stored: storedByTime.get(at) }));
}
