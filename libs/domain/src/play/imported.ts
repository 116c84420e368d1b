import type { Fact } from './fact.ts';
import { endSegments } from './life-segments.ts';
import { endVisit, setState } from './life-state.ts';
import type { LifeState } from './life-state.ts';

const isImported = ({ clock }: Fact): boolean => clock === 'imported';
const isEnd = ({ kind }: Fact): boolean => kind === 'call.finished';

/** Whether nothing is known of a call but what files of the past say. */
export const isImportedOnly = (facts: readonly Fact[]): boolean => facts.every(isImported);

/** The facts of a call that are played. */
interface PlayedFacts {
  readonly facts: readonly Fact[];
  /** Whether the call ends with the last of them ({@link endImported}), because none of them is its end. */
  readonly endsWithLast: boolean;
}

/**
 * The facts that are played, where some are imported. Of a call that is only imported, ends are left out: each of its lines
 * counts, and it ends with the last one. Of any other call, what is imported and known anyway is left out, and so are ends
 * after which the call went on.
 * @param later facts of the same call that are not played: they too decide which ends are none
 */
export function withoutImportedEnds(facts: readonly Fact[], later: readonly Fact[]): PlayedFacts {
  const all = later.length === 0 ? facts : [...facts, ...later];
  if (!all.some(isImported)) return { facts, endsWithLast: false };
  const isWhole = later.length === 0;
  if (isImportedOnly(all)) return { facts: facts.filter((fact) => !isEnd(fact)), endsWithLast: isWhole };
  const live = all.filter((fact) => !isImported(fact));
  const echoes = new Set(all.filter((fact) => isImported(fact) && isEcho(fact, live)).map(({ uuid }) => uuid));
  const isNews = ({ uuid }: Fact): boolean => !echoes.has(uuid);
  const news = facts.filter(isNews);
  const importedUntil = Math.max(...all.filter((fact) => isImported(fact) && isNews(fact)).map(({ at }) => at));
  const liveEnds = live.filter(isEnd);
  // After a gap, a connector infers the end of a call at its last event before the gap; lines of the gap know better.
  const isTooEarly = ({ at }: Fact): boolean => at < importedUntil - echoMs.max;
  if (liveEnds.length > 0 && liveEnds.every(isTooEarly))
    return { facts: news.filter((fact) => !isEnd(fact)), endsWithLast: isWhole };
  // An agent's hang-up ends the call by its line, although the caller may go on into another queue.
  const lastEntry = all.findLast((fact) => fact.kind === 'call.waiting' && isNews(fact));
  const isPassed = (end: Fact): boolean =>
    lastEntry !== undefined && (lastEntry.at > end.at || (lastEntry.at === end.at && lastEntry.id > end.id));
  return { facts: news.filter((fact) => !(isImported(fact) && isEnd(fact) && isPassed(fact))), endsWithLast: false };
}

/**
 * How much later than an imported fact the same fact may have come live, in ms; belongs to the projection version. A queue_log has
 * whole seconds, truncated, and is written some ms before or after the live event.
 */
const echoMs = { min: -200, max: 1_200 };

/** Whether a fact is known live, too, with a better time. The line of a missed ring is of its end, so its begin is no echo. */
const isEcho = (fact: Fact, live: readonly Fact[]): boolean =>
  fact.kind !== 'actor.ringing' &&
  live.some(
    ({ kind, queue, actor, at }) =>
      kind === fact.kind &&
      isSameOrUnnamed(queue, fact.queue) &&
      isSameOrUnnamed(actor, fact.actor) &&
      at - fact.at >= echoMs.min &&
      at - fact.at <= echoMs.max,
  );

const isSameOrUnnamed = (a: string | null, b: string | null): boolean => a === null || b === null || a === b;

/**
 * Ends a call with its last fact, of which no other is known to come: one that is only imported, or that ended in a gap. Who waits
 * then has left the queue, and it is not known why: a PBX that crashed writes no line.
 */
export function endImported(life: LifeState, at: number): void {
  endVisit(life, 'flowed_out', at);
  endSegments(life.segments, { end: 'finished', at });
  setState(life, 'FINISHED', at);
}
