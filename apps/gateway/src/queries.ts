import { listCallEvents, listCalls } from '@callstream/tables';
import type { EventRow, Tables } from '@callstream/tables';
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
}: QueriesOptions): Queries & { readonly callEvents: (callId: string) => Promise<EventRow[]> } {
  const callEvents = (callId: string): Promise<EventRow[]> =>
    metrics.timed('list-call-events', listCallEvents(db, { topic, callId }));
  return {
    callEvents,
    listCalls: createSharedQuery((params: Parameters<typeof listCalls>[1]) =>
      metrics.timed('list-calls', listCalls(db, params)).then(toJson),
    ),
    listCallEvents: createSharedQuery((callId: string) => callEvents(callId).then(toJson)),
  };
}
