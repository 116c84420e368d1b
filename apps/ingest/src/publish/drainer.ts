import { setTimeout as pause } from 'node:timers/promises';
import { isPermanentlyRejected } from '@callstream/runtime';
import type { Log, ProducerRecord, Publisher } from '@callstream/runtime';
import type { PartitionBreakers } from './circuit-breaker.ts';
import type { SpooledRecord, SpoolBatch } from '../spool/messages.ts';
import type { Spool } from '../spool/spool.ts';

export interface DrainerOptions {
  readonly spool: Pick<Spool, 'take' | 'drained' | 'refuse' | 'status' | 'watch'>;
  /** A producer of its own for each lane: one that is stuck holds up no other, and no live event. */
  readonly connect: () => Publisher;
  readonly partitions: PartitionBreakers;
  /** The partition of a key; null until Kafka could be asked. */
  readonly place: (key: string) => number | null;
  readonly metrics: { readonly drained: { inc: (records: number) => void } };
  readonly log: Log;
}

export interface Drainer extends AsyncDisposable {
  /** Looks for lanes that have records; called when the topic has become known. */
  readonly wake: () => void;
}

/** Sends what is in the spool, each lane by itself, with a pause after each batch as long as the batch took: live events come first. */
export function startDrainer(draining: DrainerOptions): Drainer {
  const stopping = new AbortController();
  const running = new Map<number, Promise<void>>();
  const wake = (): void => {
    if (stopping.signal.aborted || draining.place('') === null) return;
    for (const lane of draining.spool.status().lanes.keys()) {
      if (running.has(lane)) continue;
      const ended = drainPartition(lane, draining, stopping.signal)
        .catch((error: unknown) => {
          if (!stopping.signal.aborted) draining.log.error({ lane, error: String(error) }, 'drain.failed');
        })
        .finally(() => running.delete(lane));
      running.set(lane, ended);
    }
  };
  draining.spool.watch(wake);
  const close = async (): Promise<void> => {
    stopping.abort();
    await Promise.all(running.values());
  };
  return { wake, [Symbol.asyncDispose]: close };
}

async function drainPartition(lane: number, draining: DrainerOptions, signal: AbortSignal): Promise<void> {
  const { spool, partitions, log } = draining;
  await using publisher = draining.connect();
  while (!signal.aborted) {
    await pause(partitions.retryInMs(lane), undefined, { signal });
    const taken = await spool.take(lane);
    if (!taken) return;
    const began = performance.now();
    try {
      await sendBatch(taken, publisher, draining);
      partitions.succeeded([lane]);
    } catch (error) {
      partitions.failed([lane]);
      const { name, message } = error as Error;
      log.warn({ lane, records: taken.records.length, error: name, reason: message }, 'drain.waits');
    }
    await pause(performance.now() - began, undefined, { signal });
  }
}

/** Sends all of it at once or, if Kafka will never take that, one by one, and sets aside what it refuses. */
async function sendBatch(taken: SpoolBatch, publisher: Publisher, draining: DrainerOptions): Promise<void> {
  const { spool, place, metrics, log } = draining;
  try {
    await publisher.publishBatch(taken.records.map(({ record }) => outRecord(record, place)));
    await spool.drained(taken);
    metrics.drained.inc(taken.records.length);
  } catch (error) {
    if (!isPermanentlyRejected(error)) throw error;
    if (taken.records.length > 1)
      for (const record of taken.records) await sendBatch({ ...taken, records: [record] }, publisher, draining);
    else {
      await spool.refuse(taken, (error as Error).message);
      log.error({ lane: taken.lane, reason: (error as Error).message }, 'drain.set-aside');
    }
  }
}

function outRecord({ topic, key, value, headers }: SpooledRecord, place: DrainerOptions['place']): ProducerRecord {
  const partition = place(key);
  if (partition === null) throw new Error('The topic is not known yet.');
  return {
    topic,
    partition,
    key,
    value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    headers: JSON.parse(headers) as Record<string, string>,
  };
}
