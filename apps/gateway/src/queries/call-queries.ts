import { listCallEvents, listCalls } from '@callstream/tables';
import type { EventRow, ListCallsOptions } from '@callstream/tables';
import { maskRow } from '../access/mask.ts';
import type { Scope } from '../access/scope.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { FairPool } from '../scheduling/fair-pool.ts';
import type { Requester } from '../scheduling/requester.ts';
import { eventJson } from './event-json.ts';

/** Rows as the bytes of a JSON array, shared by identical requests. */
export interface RowList {
  readonly rows: Buffer;
  /** Whether there are more rows. */
  readonly more: boolean;
}

export interface EventList extends RowList {
  /** The whole HTTP response body; `rows` is a part of these bytes. */
  readonly page: Buffer;
  readonly uuids: readonly string[];
}

interface ListEventsParams {
  readonly callId: string;
  /** Only events with a smaller `id`. */
  readonly before?: number | undefined;
  readonly limit?: number | undefined;
}

/** The lists of all clients; identical requests at the same time share a query. */
export interface CallQueries {
  readonly listCalls: (requester: Requester, params: ListCallsOptions, scope: Scope) => Promise<RowList>;
  readonly listCallEvents: (requester: Requester, params: ListEventsParams, scope: Scope) => Promise<EventList>;
}

export interface CallQueriesOptions {
  readonly pool: FairPool;
  readonly topic: string;
  readonly metrics: Pick<GatewayMetrics, 'timed'>;
}

export function createCallQueries({ pool, topic, metrics }: CallQueriesOptions): CallQueries {
  const calls = pool.singleFlight(async (db, { params, scope }: { params: ListCallsOptions; scope: Scope }) => {
    const options = { ...params, visibleQueues: scope.queues };
    const { rows, more } = await metrics.timed('list-calls', listCalls(db, options));
    return { rows: Buffer.from(JSON.stringify(scope.masked ? rows.map(maskRow) : rows)), more };
  });
  const events = pool.singleFlight(async (db, { scope, ...params }: ListEventsParams & { readonly scope: Scope }) => {
    const options = { topic, ...params, visibleQueues: scope.queues };
    const { rows, more } = await metrics.timed('list-call-events', listCallEvents(db, options));
    return eventListOf(rows, more, scope);
  });
  return {
    listCalls: (requester, params, scope) => calls(requester, { params, scope }),
    listCallEvents: (requester, { callId, before, limit }, scope) =>
      events(requester, { callId, before, limit, scope }),
  };
}

function eventListOf(rows: readonly EventRow[], more: boolean, scope: Scope): EventList {
  const begin = `{"next":${more ? (rows[0]?.id ?? null) : null},"events":`;
  const texts = rows.map(({ type, body, bodyBytes, ...metadata }) =>
    eventJson(metadata, { type, json: body, bytes: bodyBytes }, scope),
  );
  const page = Buffer.from(`${begin}[${texts.join()}]}`);
  return { rows: page.subarray(begin.length, -1), page, more, uuids: rows.map(({ uuid }) => uuid) };
}
