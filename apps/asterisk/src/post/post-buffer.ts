import { hintsHeader } from '@callstream/contracts';
import { backoffMs, sleep } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import { drainPartitions } from '@callstream/spool';
import type { Spool, SpoolBatch } from '@callstream/spool';
import type { AsteriskMetrics } from '../metrics.ts';
import type { ConnectionStatus } from '../status.ts';
import type { EventPoster } from './poster.ts';

export interface PostBufferOptions {
  readonly spool: Pick<Spool, 'take' | 'markDrained' | 'quarantine' | 'status' | 'onChange'>;
  readonly poster: Pick<EventPoster, 'post'>;
  readonly status: Pick<ConnectionStatus, 'setIngestProblem' | 'ingestProblem'>;
  readonly metrics: Pick<AsteriskMetrics, 'failedPosts'>;
  /** Counts events that ingest has stored. */
  readonly drained: { readonly inc: (events: number) => void };
  readonly log: Log;
}

type BufferRecord = SpoolBatch['records'][number];

const backoff = { firstMs: 100, maxMs: 5_000, jitter: 0.5 };

/**
 * Posts what is in the buffer, each lane in its order, until it is disposed. An event is tried again until ingest has stored it;
 * one that ingest rejects for good is quarantined.
 */
export function startPostingBuffer(options: PostBufferOptions): AsyncDisposable {
  const { spool, log } = options;
  const drainer = drainPartitions({ spool, drain: (lane, signal) => postLane(lane, options, signal), log });
  drainer.wake();
  return drainer;
}

async function postLane(lane: number, options: PostBufferOptions, signal: AbortSignal): Promise<void> {
  const { spool, drained } = options;
  while (!signal.aborted) {
    const batch = await spool.take(lane);
    if (!batch) return;
    let stored: BufferRecord[] = [];
    const markStored = async (): Promise<void> => {
      if (stored.length > 0) await spool.markDrained({ ...batch, records: stored });
      drained.inc(stored.length);
      stored = [];
    };
    for (const item of batch.records) {
      const rejection = await postUntilAnswered(item, options, signal);
      if (rejection === 'stopped') break;
      if (rejection === null) stored.push(item);
      else {
        await markStored();
        await spool.quarantine({ ...batch, records: [item] }, rejection);
      }
    }
    await markStored();
  }
}

/** @returns null: stored; why ingest rejects it for good; or `stopped` */
async function postUntilAnswered(
  { record }: BufferRecord,
  { poster, status, metrics, log }: PostBufferOptions,
  signal: AbortSignal,
): Promise<string | null> {
  const { hints } = JSON.parse(record.headers) as { hints?: string };
  for (let failures = 0; !signal.aborted;) {
    const result = await poster.post(record.value, hints === undefined ? {} : { [hintsHeader]: hints });
    if (result.kind === 'failed') {
      failures++;
      metrics.failedPosts.inc();
      if (status.ingestProblem() === null) log.warn({ reason: result.problem }, 'asterisk.waits-for-ingest');
      status.setIngestProblem(result.problem);
      await sleep(backoffMs(failures, backoff), signal);
      continue;
    }
    status.setIngestProblem(null);
    if (result.kind === 'stored') return null;
    log.error({ reason: result.problem }, 'asterisk.event-rejected');
    return result.problem;
  }
  return 'stopped';
}
