import type { ListCallsOptions } from '@callstream/tables';
import type { Scope } from '../access/scope.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { openField } from '../open-field.ts';
import type { FairPool } from '../scheduling/fair-pool.ts';
import type { Requester } from '../scheduling/requester.ts';
import { createWriteTurns, writeTurnBytesMin } from '../scheduling/turns.ts';
import type { VisibleEvent } from './visible-tables.ts';

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

type ListCallsParams = Omit<ListCallsOptions, 'heardSince' | 'visibleQueues'>;

interface ListEventsParams {
  readonly callId: string;
  /** Only events with a smaller `id`. */
  readonly before?: number | undefined;
  readonly limit?: number | undefined;
}

/** The lists of all clients; identical requests at the same time share a query. */
export interface CallQueries {
  readonly listCalls: (requester: Requester, params: ListCallsParams, scope: Scope) => Promise<RowList>;
  readonly listCallEvents: (requester: Requester, params: ListEventsParams, scope: Scope) => Promise<EventList>;
}

export interface CallQueriesOptions {
  readonly pool: Pick<FairPool, 'singleFlight'>;
  readonly topic: string;
  /** An unfinished call without an event for this long is stale, in ms. */
  readonly staleAfterMs: number;
  readonly metrics: Pick<GatewayMetrics, 'timed'>;
}

export function createCallQueries({ pool, topic, staleAfterMs, metrics }: CallQueriesOptions): CallQueries {
  const calls = pool.singleFlight(async (tables, { params }: { params: ListCallsParams; scope: Scope }) => {
    const heardSince = Date.now() - staleAfterMs;
    const { rows, more } = await metrics.timed('list-calls', tables.listCalls({ ...params, heardSince }));
    return { rows: Buffer.from(JSON.stringify(rows)), more };
  });
  const events = pool.singleFlight(
    async (tables, { scope: _, ...params }: ListEventsParams & { readonly scope: Scope }) => {
      const { rows, more } = await metrics.timed('list-call-events', tables.listCallEvents({ topic, ...params }));
      return eventListOf(rows, more);
    },
  );
  const nextWriteTurn = createWriteTurns();
  return {
    listCalls: (requester, params, scope) => calls(requester, { params, scope }),
    listCallEvents: async (requester, { callId, before, limit }, scope) => {
      const list = await events(requester, { callId, before, limit, scope });
      if (list.page.length >= writeTurnBytesMin) await nextWriteTurn(list.page.length);
      return list;
    },
  };
}

function eventListOf(rows: readonly VisibleEvent[], more: boolean): EventList {
  const begin = openField({ next: more ? (rows[0]?.id ?? null) : null }, 'events');
  const page = Buffer.from(`${begin}[${rows.map(({ json }) => json).join()}]}`);
  return { rows: page.subarray(begin.length, -1), page, more, uuids: rows.map(({ uuid }) => uuid) };
}
