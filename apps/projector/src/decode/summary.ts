import {
  callOutcome,
  collectFacts,
  directionOf,
  factSet,
  isCounted,
  isCurrent,
  play,
  visitOutcomes,
} from '@callstream/domain';
import type { Call, Visit } from '@callstream/domain';
import type { DecodedLine } from './decode-lines.ts';

/** What follows from a capture as a whole. */
export interface Summary {
  readonly lines: number;
  /** Lines that are no event. */
  readonly problems: number;
  /** Lines that repeat an event. */
  readonly duplicates: number;
  /** Calls by direction and outcome. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** call_ids of calls that are not over at the end. */
  readonly open: readonly string[];
  /** Visits by queue and exit, without those of outbound and internal calls. */
  readonly queues: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Sums up lines as they are decoded. */
export function createSummary() {
  const uuids = new Set<string>();
  const facts = collectFacts();
  let [lines, problems] = [0, 0];
  /** Plays every call. */
  const total = (): Summary => {
    const calls = [...facts.byCall].map(([callId, ofCall]) => play(callId, factSet(ofCall)));
    const opened = calls.filter(({ isOpened }) => isOpened);
    return {
      lines,
      problems,
      duplicates: lines - problems - uuids.size,
      calls: countBy(opened),
      open: opened.filter(isCurrent).map(({ callId }) => callId),
      queues: queuesOf(opened),
    };
  };
  return {
    add: ({ decoded }: DecodedLine): void => {
      lines++;
      if ('problem' in decoded) problems++;
      else {
        uuids.add(decoded.event.uuid);
        facts.add(decoded.event);
      }
    },
    total,
  };
}

function countBy(calls: readonly Call[]): Summary['calls'] {
  const counts: Record<string, Record<string, number>> = {};
  for (const call of calls) {
    const outcomes = (counts[directionOf(call)] ??= {});
    const outcome = callOutcome(call, call.heardAt, Infinity);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return counts;
}

function queuesOf(calls: readonly Call[]): Summary['queues'] {
  const visits = calls.filter(isCounted).flatMap((call) => call.visits);
  return Object.fromEntries([...Map.groupBy(visits, ({ queue }) => queue)].map(([queue, of]) => [queue, exitsOf(of)]));
}

/** Only those that there are. */
const exitsOf = (visits: readonly Visit[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    visitOutcomes.flatMap((exit) => {
      const count = visits.filter(({ outcome }) => outcome === exit).length;
      return count === 0 ? [] : [[exit, count]];
    }),
  );

/** For people. */
export function summaryLines({ lines, problems, duplicates, calls, open, queues }: Summary): string[] {
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, count]) => `${name.replaceAll('_', ' ')} ${count}`)
      .join(', ');
  return [
    `Lines: ${lines}, with a problem: ${problems}, duplicates: ${duplicates}.`,
    ...Object.entries(calls).map(([direction, of]) => `Calls, ${direction}: ${counts(of)}.`),
    ...Object.entries(queues).map(([queue, of]) => `Queue ${queue === '' ? 'without a name' : queue}: ${counts(of)}.`),
    open.length === 0
      ? 'No call is open at the end.'
      : `Open at the end: ${open.slice(0, openMax).join(', ')}${open.length > openMax ? ', …' : ''}.`,
  ];
}

/** Most open calls that are listed for a person. */
const openMax = 10;
