import { createPartitionOf, openPublisher, describeTopic } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { createSender } from '../../src/load/sender.ts';
import type { BenchRow, ReportProgress } from '../bench.ts';
import { bodies } from '../load/webhook-bodies.ts';
import { quantile } from '../../src/load/statistics.ts';
import type { WebhookTarget } from './webhook-target.ts';

const rounds = 5;
const requestsPerRound = 400;
const timesTarget = 1.5;

export interface SingleRequestOptions {
  readonly ceiling: WebhookTarget;
  readonly real: WebhookTarget;
  readonly kafka: Kafka;
  readonly topic: string;
}

/** One request at a time: bare framework, Kafka client, and ingest, which combines both. */
export async function measureSingleRequests(
  { ceiling, real, kafka, topic }: SingleRequestOptions,
  report: ReportProgress,
): Promise<BenchRow[]> {
  await using bare = createSender(ceiling.url, 1);
  await using webhook = createSender(real.url, 1);
  await using publisher = openPublisher(kafka);
  const partitionOf = createPartitionOf((await describeTopic(kafka, topic)).partitions);
  const produce = (body: string): Promise<void> => {
    const { call_id: key } = JSON.parse(body) as { call_id: string };
    return publisher.publishBatch([{ topic, partition: partitionOf(key), key, value: Buffer.from(body), headers: {} }]);
  };
  const times = { ceiling: [] as number[], produce: [] as number[], ingest: [] as number[] };
  const measure = async (into: number[], send: (body: string) => Promise<unknown>): Promise<void> => {
    for (let i = 0; i < requestsPerRound; i++) {
      const body = bodies[i % bodies.length] ?? '';
      const began = performance.now();
      await send(body);
      into.push(performance.now() - began);
    }
  };
  for (let round = 1; round <= rounds; round++) {
    report(`one request at a time, round ${round} of ${rounds}`);
    await measure(times.ceiling, bare.post);
    await measure(times.produce, produce);
    await measure(times.ingest, webhook.post);
  }
  return [0.5, 0.99].map((q) => {
    const [framework, client, whole] = [times.ceiling, times.produce, times.ingest].map((ms) => quantile(ms, q));
    const sum = (framework ?? 0) + (client ?? 0);
    const ms = (value = 0): string => `${value.toFixed(2)} ms`;
    return {
      name: `one request at a time, p${q * 100}`,
      result: `${ms(whole)} = ${((whole ?? 0) / sum).toFixed(2)} × (${ms(framework)} framework + ${ms(client)} produce)`,
      target: `≤ ${timesTarget} ×`,
      met: (whole ?? Infinity) <= timesTarget * sum,
    };
  });
}
