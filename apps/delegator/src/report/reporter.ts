import type { Log, Publisher } from '@callstream/runtime';
import { sleep } from '@callstream/resilience';
import {
  deleteOldDelegations,
  endDelegations,
  endLostDelegations,
  markPublished,
  readForgotten,
  readUnpublished,
  withConnection,
} from '@callstream/tables';
import type { DelegationResult, Queryable, Tables, UnpublishedDelegation } from '@callstream/tables';
import type { DelegatorMetrics } from '../metrics.ts';
import { retryTransient } from '../retry-transient.ts';
import type { DelegatorStatus } from '../status.ts';
import { startBatchWorker } from './batch-worker.ts';
import { recordOf } from './delegation-record.ts';

export interface ReporterOptions {
  readonly db: Tables;
  readonly publisher: Pick<Publisher, 'publishBatch'>;
  readonly topic: string;
  /** Partition of a key. */
  readonly partitionOf: (key: string) => number;
  readonly status: Pick<DelegatorStatus, 'set'>;
  readonly metrics: Pick<DelegatorMetrics, 'delegations'>;
  /** Ends the retries. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Stores what became of claimed calls, and writes it to the log. */
export interface Reporter extends AsyncDisposable {
  readonly report: (result: DelegationResult) => void;
  /** Writes outcomes to the log that are stored already. */
  readonly publish: (callIds: readonly string[]) => void;
  readonly failure: Promise<never>;
}

const batchMax = 500;
/** How often claims are searched whose process ended, in ms. */
const sweepEveryMs = 1_000;
/** A claim is lost so long after its deadline, in ms: until then its process may still store the outcome. */
const lostAfterMs = 3_000;
/** An outcome is forgotten after so long, in ms: until then its own process may still write it to the log. */
const forgottenAfterMs = 5_000;
/** How long rows are kept, in ms; a standby is never read again after an hour. */
const keptMs = 30 * 86_400_000;
const lostReason = 'The delegator ended, or lost Postgres, before it stored the outcome.';

export function startReporter(options: ReporterOptions): Reporter {
  const { db, publisher, topic, partitionOf, status, metrics, signal } = options;
  const retryPostgres = <T>(work: (connection: Queryable) => Promise<T>): Promise<T> =>
    retryTransient(() => withConnection(db, work), { signal, onProblem: (problem) => status.set('Postgres', problem) });
  const write = async (rows: readonly UnpublishedDelegation[]): Promise<void> => {
    if (rows.length === 0) return;
    const records = rows.map((row) => recordOf(row, { topic, partitionOf }));
    await retryTransient(() => publisher.publishBatch(records), {
      signal,
      onProblem: (problem) => status.set('outcomes', problem === null ? null : `Outcomes wait in Postgres: ${problem}`),
    });
    const callIds = rows.map(({ callId }) => callId);
    await retryPostgres((connection) => markPublished(connection, callIds, Date.now()));
    for (const { outcome } of rows) metrics.delegations.inc({ outcome });
  };
  const publishing = startBatchWorker<string>({
    itemsMax: batchMax,
    work: async (callIds) => write(await retryPostgres((connection) => readUnpublished(connection, callIds))),
  });
  const storing = startBatchWorker<DelegationResult>({
    itemsMax: batchMax,
    work: async (results) => {
      await retryPostgres((connection) => endDelegations(connection, results));
      publishing.add(...results.map(({ callId }) => callId));
    },
  });
  const sweep = async (): Promise<void> => {
    const now = Date.now();
    const lost = { deadlineBefore: now - lostAfterMs, endedAt: now, reason: lostReason };
    publishing.add(...(await retryPostgres((connection) => endLostDelegations(connection, lost))));
    const forgotten = { endedBefore: now - forgottenAfterMs, max: batchMax };
    const rows = await retryPostgres((connection) => readForgotten(connection, forgotten));
    publishing.add(...rows.map(({ callId }) => callId));
    await retryPostgres((connection) => deleteOldDelegations(connection, now - keptMs));
  };
  const sweeper = startSweeper(sweep, signal);
  const failure = Promise.race([storing.failure, publishing.failure, sweeper.failure]);
  // It is awaited only once the consumer has joined its group.
  failure.catch(() => undefined);
  return {
    report: (result) => storing.add(result),
    publish: (callIds) => publishing.add(...callIds),
    failure,
    [Symbol.asyncDispose]: async () => {
      await sweeper[Symbol.asyncDispose]();
      await storing[Symbol.asyncDispose]();
      await publishing[Symbol.asyncDispose]();
    },
  };
}

function startSweeper(
  sweep: () => Promise<void>,
  signal: AbortSignal,
): AsyncDisposable & { readonly failure: Promise<never> } {
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted || signal.aborted;
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const sweeping = (async () => {
    while (!isStopping()) {
      await sweep();
      await sleep(sweepEveryMs, stopping.signal, signal);
    }
  })().catch((error: unknown) => {
    if (!isStopping()) reject(error);
  });
  const close = async (): Promise<void> => {
    stopping.abort();
    await sweeping;
  };
  return { failure, [Symbol.asyncDispose]: close };
}
