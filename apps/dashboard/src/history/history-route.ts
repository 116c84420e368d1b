import { callOutcomes } from '@callstream/domain';
import type { CallDirection } from '@callstream/domain';
import { divisions } from './days.ts';
import type { Division } from './days.ts';

/**
 * Lists of visits. `in_time`, `in_second_time`: answered within the first or the second threshold; `other`: the other exits;
 * `longest`: those with the longest wait.
 */
export const visitLists = [
  'visits',
  'answered',
  'in_time',
  'in_second_time',
  'abandoned',
  'other',
  'flowed_out',
  'longest',
] as const;
export type VisitList = (typeof visitLists)[number];

/** Which rows are listed below a number. */
export type RowSelection =
  | { readonly rows: 'visits'; readonly of: VisitList }
  /** `outcome` null: all calls of the direction. */
  | { readonly rows: 'calls'; readonly direction: CallDirection; readonly outcome: string | null }
  /** `actor` null: of all agents. */
  | { readonly rows: 'agent-calls'; readonly actor: string | null }
  | { readonly rows: 'agent-sessions'; readonly actor: string };

/** Part of a period: from a moment to another, ISO 8601; or an hour of a day of the week, 1: Monday. */
export type PeriodPart =
  { readonly begin: string; readonly end: string } | { readonly weekday: number; readonly hour: number };

/** What the heat map shows. */
export const heats = ['visits', 'abandoned', 'service_level'] as const;
export type Heat = (typeof heats)[number];

/** The period that the history shows; null: the default. */
export interface HistoryRoute {
  /** Days as 2026-03-02, both included. */
  readonly from: string | null;
  readonly to: string | null;
  readonly by: Division | null;
  /** Thresholds of the service level, in seconds: one, or two side by side. */
  readonly thresholds: readonly number[];
  readonly heat: Heat;
  /** null: no rows are listed. */
  readonly list: RowSelection | null;
  /** Part of the period whose rows are listed; null: the whole period. */
  readonly part: PeriodPart | null;
}

export const defaultHistory: HistoryRoute = {
  from: null,
  to: null,
  by: null,
  thresholds: [],
  heat: 'visits',
  list: null,
  part: null,
};

const thresholdsMax = 2;
const isDay = (text: string | null): text is string =>
  text !== null && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
const isMoment = (text: string | null): text is string => text !== null && !Number.isNaN(Date.parse(text));

/** Parses the query of the address. Invalid parts get their default. */
export function parseHistory(params: URLSearchParams): HistoryRoute {
  const [from, to] = [params.get('from'), params.get('to')];
  const isPeriod = isDay(from) && isDay(to) && from <= to;
  return {
    from: isPeriod ? from : null,
    to: isPeriod ? to : null,
    by: divisions.find((name) => name === params.get('by')) ?? null,
    thresholds: (params.get('thresholds') ?? '')
      .split(',')
      .filter((text) => /^\d{1,5}$/.test(text))
      .map(Number)
      .slice(0, thresholdsMax),
    heat: heats.find((name) => name === params.get('heat')) ?? defaultHistory.heat,
    list: parseList(params),
    part: parsePart(params),
  };
}

function parsePart(params: URLSearchParams): PeriodPart | null {
  const [begin, end] = [params.get('begin'), params.get('end')];
  if (isMoment(begin) && isMoment(end)) return { begin, end };
  const [weekday, hour] = [params.get('weekday') ?? '', params.get('hour') ?? ''];
  return /^[1-7]$/.test(weekday) && /^(?:1?\d|2[0-3])$/.test(hour)
    ? { weekday: Number(weekday), hour: Number(hour) }
    : null;
}

function parseList(params: URLSearchParams): RowSelection | null {
  const name = params.get('list');
  const actor = params.get('actor') ?? '';
  if (name === 'agent-calls') return { rows: name, actor: actor === '' ? null : actor };
  if (name === 'agent-sessions') return actor === '' ? null : { rows: name, actor };
  if (name !== 'calls') {
    const of = visitLists.find((each) => each === name);
    return of === undefined ? null : { rows: 'visits', of };
  }
  const direction = (Object.keys(callOutcomes) as CallDirection[]).find((each) => each === params.get('direction'));
  if (direction === undefined) return null;
  const outcome = callOutcomes[direction].find((each) => each === params.get('outcome')) ?? null;
  return { rows: name, direction, outcome };
}

/** Writes what differs from the default; the inverse of {@link parseHistory}. */
export function writeHistory(
  { from, to, by, thresholds, heat, list, part }: HistoryRoute,
  query: URLSearchParams,
): void {
  if (from !== null && to !== null) {
    query.set('from', from);
    query.set('to', to);
  }
  if (by !== null) query.set('by', by);
  if (thresholds.length > 0) query.set('thresholds', thresholds.join());
  if (heat !== defaultHistory.heat) query.set('heat', heat);
  if (list !== null) writeList(list, query);
  for (const [name, value] of Object.entries(part ?? {})) query.set(name, String(value));
}

function writeList(list: RowSelection, query: URLSearchParams): void {
  query.set('list', list.rows === 'visits' ? list.of : list.rows);
  if ('actor' in list && list.actor !== null) query.set('actor', list.actor);
  if (list.rows !== 'calls') return;
  query.set('direction', list.direction);
  if (list.outcome !== null) query.set('outcome', list.outcome);
}
