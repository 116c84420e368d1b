import type { ShownPeriod } from './use-history.ts';
import { rowsQuery } from './use-history.ts';
import type { HistoryRoute, RowSelection, VisitList } from './history-route.ts';

/** A visit, a call, a time of an agent on a call, or an agent session. */
export interface ListedRow {
  /** null: the call is in a queue now that the token may not see; undefined for agent sessions. */
  readonly callId?: string | null;
  readonly at: string;
  readonly queue: string | null;
  /** State of an agent session; undefined for times of agents on calls. */
  readonly outcome?: string;
  /** Of a pause; null: none was sent. */
  readonly reason?: string | null;
  /** Wait of a visit, else the duration; null: not known. */
  readonly ms: number | null;
  readonly actor: string | null;
}

/** Lines of `GET /api/export/…`. */
interface ExportLines {
  readonly visits: {
    readonly call_id: string | null;
    readonly queue: string;
    readonly waiting_at: string;
    readonly outcome: string;
    readonly wait_ms: number | null;
    readonly actor: string | null;
  };
  readonly calls: {
    readonly aggregate_id: string;
    readonly queue: string | null;
    readonly began_at: string;
    readonly outcome: string;
    readonly duration_ms: number;
  };
  readonly 'agent-calls': {
    readonly call_id: string;
    readonly queue: string | null;
    readonly entered_at: string;
    readonly on_call_ms: number | null;
    readonly actor: string;
  };
  readonly 'agent-sessions': {
    readonly queue: string;
    readonly began_at: string;
    readonly duration_ms: number | null;
    readonly actor: string;
    readonly state: string;
    readonly pause_reason: string | null;
  };
}

const readers: { readonly [Rows in keyof ExportLines]: (line: ExportLines[Rows]) => ListedRow } = {
  visits: ({ call_id, queue, waiting_at, outcome, wait_ms, actor }) => ({
    callId: call_id,
    at: waiting_at,
    queue,
    outcome,
    ms: wait_ms,
    actor,
  }),
  calls: ({ aggregate_id, queue, began_at, outcome, duration_ms }) => ({
    callId: aggregate_id,
    at: began_at,
    queue,
    outcome,
    ms: duration_ms,
    actor: null,
  }),
  'agent-calls': ({ call_id, queue, entered_at, on_call_ms, actor }) => ({
    callId: call_id,
    at: entered_at,
    queue,
    ms: on_call_ms,
    actor,
  }),
  'agent-sessions': ({ queue, began_at, duration_ms, actor, state, pause_reason }) => ({
    at: began_at,
    queue,
    outcome: state,
    reason: pause_reason,
    ms: duration_ms,
    actor,
  }),
};

export const listedRows = (rows: RowSelection['rows'], lines: readonly unknown[]): readonly ListedRow[] =>
  lines.map((line) => (readers[rows] as (line: unknown) => ListedRow)(line));

/** Outcomes of a list of visits; undefined: all. */
const outcomesOf: Readonly<Record<VisitList, string | undefined>> = {
  visits: undefined,
  answered: 'answered',
  in_time: 'answered',
  in_second_time: 'answered',
  abandoned: 'abandoned',
  other: 'timed_out,by_key,full,empty,withdrawn',
  flowed_out: 'flowed_out',
  longest: 'answered,abandoned',
};

/** Longest wait that the gateway takes as a filter, in seconds. */
const waitMax = 99_999.999;

interface ListQueryOptions {
  readonly list: RowSelection;
  readonly part: HistoryRoute['part'];
  readonly period: ShownPeriod;
  /** Thresholds of the service level: one or two. */
  readonly seconds: readonly number[];
  /** Longest wait of the visits of the part. */
  readonly longestMs: number;
}

/** The parameters that select the rows of a list. */
export function listQuery({ list, part, period, seconds, longestMs }: ListQueryOptions): URLSearchParams {
  const query = rowsQuery(period);
  if (part !== null && 'begin' in part) {
    query.set('from', part.begin);
    query.set('to', part.end);
  }
  switch (list.rows) {
    case 'visits': {
      const outcomes = outcomesOf[list.of];
      if (outcomes !== undefined) query.set('outcome', outcomes);
      if (list.of === 'in_time') query.set('wait_max', String(seconds[0]));
      if (list.of === 'in_second_time') query.set('wait_max', String(seconds[1] ?? seconds[0]));
      if (list.of === 'longest') query.set('wait_min', String(Math.min(longestMs / 1_000, waitMax)));
      if (part !== null && 'weekday' in part) {
        query.set('weekday', String(part.weekday));
        query.set('hour', String(part.hour));
      }
      return query;
    }
    case 'calls':
      query.set('direction', list.direction);
      if (list.outcome !== null) query.set('outcome', list.outcome);
      return query;
    case 'agent-calls':
      if (list.actor !== null) query.set('actor', list.actor);
      return query;
    case 'agent-sessions':
      query.set('actor', list.actor);
      query.set('overlapping', 'true');
      return query;
  }
}
