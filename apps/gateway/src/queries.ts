import { listCallEvents, listCalls } from '@callstream/tables';
import type { EventRow, ListCallsParams, Tables } from '@callstream/tables';
import { maskEvent, maskRow } from './access/mask.ts';
import type { Scope } from './access/scope.ts';
import type { Metrics } from './metrics.ts';
import type { Queries } from './requests.ts';
import { createSharedQuery } from './shared-query.ts';

const toJson = (rows: readonly object[]): string => JSON.stringify(rows);

export interface QueriesOptions {
  readonly db: Tables;
  readonly topic: string;
  readonly metrics: Pick<Metrics, 'timed'>;
}

/** The queries of all clients; those who ask the same at the same time share one. */
export function createQueries({
  db,
  topic,
  metrics,
}: QueriesOptions): Queries & { readonly callEvents: (callId: string, scope: Scope) => Promise<EventRow[]> } {
  const callEvents = (callId: string, { queues }: Scope): Promise<EventRow[]> =>
    metrics.timed('list-call-events', listCallEvents(db, { topic, callId, visibleQueues: queues }));
  const calls = createSharedQuery(async ({ params, scope }: { params: ListCallsParams; scope: Scope }) => {
    const asked = { ...params, visibleQueues: scope.queues };
    const rows = await metrics.timed('list-calls', listCalls(db, asked));
    return toJson(scope.masked ? rows.map(maskRow) : rows);
  });
  const events = createSharedQuery(async ({ callId, scope }: { callId: string; scope: Scope }) => {
    const rows = await callEvents(callId, scope);
    return toJson(scope.masked ? rows.map(maskEvent) : rows);
  });
  return {
    callEvents,
    listCalls: (params, scope) => calls({ params, scope }),
    listCallEvents: (callId, scope) => events({ callId, scope }),
  };
}
