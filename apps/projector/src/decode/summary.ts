import {
  callOutcome,
  collectFacts,
  countVisits,
  directionOf,
  factSet,
  isCounted,
  isCurrent,
  play,
} from '@callstream/domain';
import type { Call, VisitCounts } from '@callstream/domain';
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
  const json = (): Summary => {
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
    json,
    lines: (): string[] => linesOf(json()),
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

const noThresholds = { serviceLevelMs: 0, shortAbandonMs: 0 };
const exits = [
  'answered',
  'abandoned',
  'timedOut',
  'byKey',
  'full',
  'empty',
  'withdrawn',
  'flowedOut',
  'open',
] as const satisfies (keyof VisitCounts)[];

function queuesOf(calls: readonly Call[]): Summary['queues'] {
  const visits = calls.filter(isCounted).flatMap((call) => call.visits);
  return Object.fromEntries(
    [...Map.groupBy(visits, ({ queue }) => queue)].map(([queue, ofQueue]) => {
      const counts = countVisits(ofQueue, noThresholds);
      return [
        queue,
        Object.fromEntries(exits.filter((exit) => counts[exit] > 0).map((exit) => [snakeCase(exit), counts[exit]])),
      ];
    }),
  );
}

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function linesOf({ lines, problems, duplicates, calls, open, queues }: Summary): string[] {
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
