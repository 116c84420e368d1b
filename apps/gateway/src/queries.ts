import { listCallEvents, listCalls } from '@callstream/tables';
import type { EventRow, ListCallsParams } from '@callstream/tables';
import { maskEvent, maskRow } from './access/mask.ts';
import type { Scope } from './access/scope.ts';
import type { Asker } from './fair/asker.ts';
import type { FairPool } from './fair/fair-pool.ts';
import type { Metrics } from './metrics.ts';
import type { Queries } from './requests.ts';

const toJson = (rows: readonly object[]): string => JSON.stringify(rows);

export interface QueriesOptions {
  readonly pool: FairPool;
  readonly topic: string;
  readonly metrics: Pick<Metrics, 'timed'>;
}

/** Reads all events of a call, as far as they may be seen; not masked. */
export type ReadCallEvents = (asker: Asker, callId: string, scope: Scope) => Promise<readonly EventRow[]>;

/** The queries of all sockets; those who ask for the same at the same time share one. */
export function createQueries({
  pool,
  topic,
  metrics,
}: QueriesOptions): Queries & { readonly callEvents: ReadCallEvents } {
  const rowsOfCall = pool.shared((db, { callId, queues }: { callId: string; queues: Scope['queues'] }) =>
    metrics.timed('list-call-events', listCallEvents(db, { topic, callId, visibleQueues: queues })),
  );
  const calls = pool.shared(async (db, { params, scope }: { params: ListCallsParams; scope: Scope }) => {
    const asked = { ...params, visibleQueues: scope.queues };
    const rows = await metrics.timed('list-calls', listCalls(db, asked));
    return toJson(scope.masked ? rows.map(maskRow) : rows);
  });
  const events = pool.shared(async (db, { callId, scope }: { callId: string; scope: Scope }) => {
    const asked = { topic, callId, visibleQueues: scope.queues };
    const rows = await metrics.timed('list-call-events', listCallEvents(db, asked));
    return toJson(scope.masked ? rows.map(maskEvent) : rows);
  });
  return {
    callEvents: (asker, callId, { queues }) => rowsOfCall(asker, { callId, queues }),
    listCalls: (asker, params, scope) => calls(asker, { params, scope }),
    listCallEvents: (asker, callId, scope) => events(asker, { callId, scope }),
  };
}
