import { randomUUID } from 'node:crypto';
import { connectKafka, createLog, partitionsDefault } from '@callstream/runtime';
import type { Kafka, Log } from '@callstream/runtime';
import { createTopicWith } from '@callstream/runtime/testing';
import type { LoadGenerator } from '../load/load-generator.ts';
import { createWorkers } from '../load/workers.ts';
import { findWrk } from '../load/wrk.ts';

/** For `--help`: the argument of {@link prepareLoad}. */
export const generatorText = 'load generator: wrk (default, if installed) or workers';
export const warmUp = { connections: 64, seconds: 3 };

/**
 * As in a cluster of three brokers, which have Kafka's own default. A single broker that flushes each batch of each of twelve
 * partitions, as that of `npm start` does, limits what is acknowledged: ingest waits for it, with an idle CPU.
 */
export const unflushed = { 'flush.messages': String(2n ** 63n - 1n) };

export interface PreparedLoad {
  readonly generator: LoadGenerator;
  readonly kafka: Kafka;
  /** A new topic, which is not flushed. */
  readonly topic: string;
  readonly log: Log;
}

/** What benchmarks of webhooks need. @throws {Error} if there is no such generator, or it is not installed */
export async function prepareLoad(
  brokers: readonly string[],
  generatorName: string | undefined,
): Promise<PreparedLoad> {
  const generator = await chooseGenerator(generatorName);
  const log = createLog({ service: 'bench', level: 'silent' });
  const kafka = connectKafka({ brokers, clientId: 'bench', log });
  const topic = `bench-${randomUUID()}`;
  await createTopicWith(kafka, { topic, partitions: partitionsDefault, settings: unflushed });
  return { generator, kafka, topic, log };
}

/** The generator `name`: wrk or workers; default: wrk if it is installed. @throws {Error} if it does not exist or is not installed */
async function chooseGenerator(name: string | undefined): Promise<LoadGenerator> {
  if (name !== undefined && name !== 'wrk' && name !== 'workers')
    throw new Error(`There is no load generator "${name}": use "wrk" or "workers".`);
  const wrk = name === 'workers' ? null : await findWrk();
  if (name === 'wrk' && !wrk)
    throw new Error('wrk is not in PATH: install it (apt-get install wrk), or use "workers".');
  return wrk ?? createWorkers();
}
