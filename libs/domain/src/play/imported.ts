import type { Fact } from './fact.ts';
import { endSegments, endVisit, setState } from './life-state.ts';
import type { LifeState } from './life-state.ts';

const isImported = ({ clock }: Fact): boolean => clock === 'imported';

/** Whether nothing is known of a call but what files of the past say. */
export const isImportedOnly = (facts: readonly Fact[]): boolean => facts.every(isImported);

/**
 * The facts that are played, where some are imported. Of a call that is only imported, ends are left out: each of its lines
 * counts, and it ends with the last one ({@link endImported}). Of any other call, what is imported and known anyway is left out.
 * @param later facts of the same call that are not played: they too decide whether it is only imported
 */
export function withoutImportedEnds(facts: readonly Fact[], later: readonly Fact[]): readonly Fact[] {
  if (!facts.some(isImported)) return facts;
  if (isImportedOnly(facts) && isImportedOnly(later)) return facts.filter(({ kind }) => kind !== 'call.finished');
  const live = facts.filter((fact) => !isImported(fact));
  const echoes = new Set(facts.filter((fact) => isImported(fact) && isEcho(fact, live)).map(({ uuid }) => uuid));
  return facts.filter(({ uuid }) => !echoes.has(uuid));
}

/**
 * How much later than an imported fact the same fact may have come live, in ms; belongs to the projection version. A queue_log has
 * whole seconds, truncated, and is written some ms before or after the live event.
 */
const echoMs = { min: -200, max: 1_200 };

/** Whether a fact is known live, too, with a better time. */
const isEcho = (fact: Fact, live: readonly Fact[]): boolean =>
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
 * Ends a call that is only imported, with its last line: there will be no other. Who waits then has left the queue, and it is not
 * known why: a PBX that crashed writes no line.
 */
export function endImported(life: LifeState, at: number): void {
  endVisit(life, 'flowed_out', at);
  endSegments(life, () => true, { end: 'finished', at });
  setState(life, 'FINISHED', at);
}
