import type { Outcome, Visit } from './play/call.ts';

export interface Thresholds {
  readonly serviceLevelMs: number;
  readonly shortAbandonMs: number;
}

/** Counts of queue visits by outcome. Counts of disjoint sets of visits can be added: {@link addCounts}. */
export interface VisitCounts {
  readonly visits: number;
  readonly answered: number;
  /** Of the answered, those within `serviceLevelMs`, inclusive. */
  readonly answeredInTime: number;
  /** Sum of the waits of the answered, in ms. */
  readonly answeredWaitMs: number;
  readonly abandoned: number;
  /** Of the abandoned, those within `shortAbandonMs`, inclusive, which do not count. */
  readonly abandonedShort: number;
  /** The other exits: see `visitOutcomes`. */
  readonly timedOut: number;
  readonly byKey: number;
  readonly full: number;
  readonly empty: number;
  readonly withdrawn: number;
  readonly flowedOut: number;
  readonly open: number;
  /** Longest wait of the answered and the abandoned, in ms; 0 if there are none. */
  readonly waitMsMax: number;
}

/** Rates of {@link VisitCounts}, from 0 to 1; null if no visit counts. */
export interface Rates {
  /** Answered within the threshold, as a share of all answered and abandoned, without short abandons. */
  readonly serviceLevel: number | null;
  readonly abandonRate: number | null;
  /** Average speed of answer (ASA): mean wait of the answered, in ms; null if there are none. */
  readonly asaMs: number | null;
}

export type Totals = VisitCounts & Rates;

export const noCounts: VisitCounts = {
  visits: 0,
  answered: 0,
  answeredInTime: 0,
  answeredWaitMs: 0,
  abandoned: 0,
  abandonedShort: 0,
  timedOut: 0,
  byKey: 0,
  full: 0,
  empty: 0,
  withdrawn: 0,
  flowedOut: 0,
  open: 0,
  waitMsMax: 0,
};

/** Counts visits. The caller leaves out those of outbound and internal calls: {@link isCounted}. */
export function countVisits(
  visits: readonly Pick<Visit, 'outcome' | 'waitMs'>[],
  { serviceLevelMs, shortAbandonMs }: Thresholds,
): VisitCounts {
  const waits = (outcome: Outcome): number[] => visits.filter((v) => v.outcome === outcome).map((v) => v.waitMs ?? 0);
  const answered = waits('answered');
  const abandoned = waits('abandoned');
  return {
    visits: visits.length,
    answered: answered.length,
    answeredInTime: answered.filter((ms) => ms <= serviceLevelMs).length,
    answeredWaitMs: answered.reduce((sum, ms) => sum + ms, 0),
    abandoned: abandoned.length,
    abandonedShort: abandoned.filter((ms) => ms <= shortAbandonMs).length,
    timedOut: waits('timed_out').length,
    byKey: waits('by_key').length,
    full: waits('full').length,
    empty: waits('empty').length,
    withdrawn: waits('withdrawn').length,
    flowedOut: waits('flowed_out').length,
    open: waits('open').length,
    waitMsMax: [...answered, ...abandoned].reduce((max, ms) => Math.max(max, ms), 0),
  };
}

export const addCounts = (a: VisitCounts, b: VisitCounts): VisitCounts => ({
  visits: a.visits + b.visits,
  answered: a.answered + b.answered,
  answeredInTime: a.answeredInTime + b.answeredInTime,
  answeredWaitMs: a.answeredWaitMs + b.answeredWaitMs,
  abandoned: a.abandoned + b.abandoned,
  abandonedShort: a.abandonedShort + b.abandonedShort,
  timedOut: a.timedOut + b.timedOut,
  byKey: a.byKey + b.byKey,
  full: a.full + b.full,
  empty: a.empty + b.empty,
  withdrawn: a.withdrawn + b.withdrawn,
  flowedOut: a.flowedOut + b.flowedOut,
  open: a.open + b.open,
  waitMsMax: Math.max(a.waitMsMax, b.waitMsMax),
});

export function ratesOf({ answered, answeredInTime, answeredWaitMs, abandoned, abandonedShort }: VisitCounts): Rates {
  const abandonedLong = abandoned - abandonedShort;
  const offered = answered + abandonedLong;
  return {
    serviceLevel: offered === 0 ? null : answeredInTime / offered,
    abandonRate: offered === 0 ? null : abandonedLong / offered,
    asaMs: answered === 0 ? null : answeredWaitMs / answered,
  };
}

/** Counts and rates. The caller leaves out visits of outbound and internal calls: {@link isCounted}. */
export function totalsOf(visits: readonly Pick<Visit, 'outcome' | 'waitMs'>[], thresholds: Thresholds): Totals {
  const counts = countVisits(visits, thresholds);
  return { ...counts, ...ratesOf(counts) };
}
