import { listCallEvents, listCalls } from '@callstream/tables';
import type { EventRow, ListCallsOptions } from '@callstream/tables';
import { maskRow } from '../access/mask.ts';
import type { Scope } from '../access/scope.ts';
import type { Requester } from '../scheduling/requester.ts';
import type { FairPool } from '../scheduling/fair-pool.ts';
import { eventJson } from './event-json.ts';
import type { GatewayMetrics } from '../metrics.ts';

/** Rows as the bytes of a JSON array, made once for everybody who asked the same. */
export interface RowList {
  readonly rows: Buffer;
  /** There are more of them. */
  readonly more: boolean;
}

export interface EventList extends RowList {
  /** The same as an answer over HTTP; `rows` is a part of it. */
  readonly page: Buffer;
  /** Of the events, also where others are shown. */
  readonly uuids: readonly string[];
}

interface ListEventsParams {
  readonly callId: string;
  /** `id` of an event: only events before it. */
  readonly before?: number | undefined;
  readonly limit?: number | undefined;
}

export interface CallQueries {
  readonly listCalls: (asker: Requester, params: ListCallsOptions, scope: Scope) => Promise<RowList>;
  readonly listCallEvents: (asker: Requester, question: ListEventsParams, scope: Scope) => Promise<EventList>;
}

export interface CallQueriesOptions {
  readonly pool: FairPool;
  readonly topic: string;
  readonly metrics: Pick<GatewayMetrics, 'timed'>;
}

/** The queries of all clients; those who ask for the same at the same time share one. */
export function createCallQueries({ pool, topic, metrics }: CallQueriesOptions): CallQueries {
  const calls = pool.shared(async (db, { params, scope }: { params: ListCallsOptions; scope: Scope }) => {
    const asked = { ...params, visibleQueues: scope.queues };
    const { rows, more } = await metrics.timed('list-calls', listCalls(db, asked));
    return { rows: Buffer.from(JSON.stringify(scope.masked ? rows.map(maskRow) : rows)), more };
  });
  const events = pool.shared(async (db, { scope, ...question }: ListEventsParams & { readonly scope: Scope }) => {
    const asked = { topic, ...question, visibleQueues: scope.queues };
    const { rows, more } = await metrics.timed('list-call-events', listCallEvents(db, asked));
    return toEventList(rows, more, scope);
  });
  return {
    listCalls: (asker, params, scope) => calls(asker, { params, scope }),
    listCallEvents: (asker, { callId, before, limit }, scope) => events(asker, { callId, before, limit, scope }),
  };
}

function toEventList(rows: readonly EventRow[], more: boolean, scope: Scope): EventList {
  const begin = `{"next":${more ? (rows[0]?.id ?? null) : null},"events":`;
  const texts = rows.map(({ type, body, bodyBytes, ...facts }) =>
    eventJson(facts, { type, json: body, bytes: bodyBytes }, scope),
  );
  const page = Buffer.from(`${begin}[${texts.join()}]}`);
  return { rows: page.subarray(begin.length, -1), page, more, uuids: rows.map(({ uuid }) => uuid) };
}
