import { mkdtemp, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPartitionOf, partitionsDefault } from '@callstream/runtime';
import { createTopicWith } from '@callstream/runtime/testing';
import { freePort, startKafka, startProxy } from '@callstream/stack';
import type { Proxy } from '@callstream/stack';
import { startProxiedKafka } from '../../src/system/proxied-kafka.ts';
import { unflushed } from './prepare-load.ts';

/** Two brokers, each behind a proxy. Every second partition of `topic` has its only replica on the second one. */
export interface TailCluster extends AsyncDisposable {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly first: Proxy;
  readonly second: Proxy;
  /** 1: the partition of the body has its leader on the second broker; else 0. */
  readonly brokerOf: (body: string) => number;
}

export async function startTailCluster(): Promise<TailCluster> {
  await using cleanup = new AsyncDisposableStack();
  const kafka = cleanup.use(await startProxiedKafka());
  const dataDir = await mkdtemp(join(tmpdir(), 'callstream-kafka-2-'));
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }));
  const port = await freePort();
  const second = cleanup.use(await startProxy({ to: { port } }));
  cleanup.use(await startKafka({ dataDir, port, advertisedPort: second.port, joins: kafka.cluster }));
  const topic = `bench-${randomUUID()}`;
  const assignment = Array.from({ length: partitionsDefault }, (_, partition) => [1 + (partition % 2)]);
  await createTopicWith(kafka.kafka, { topic, assignment, settings: unflushed });
  const partitionOf = createPartitionOf(partitionsDefault);
  const owned = cleanup.move();
  return {
    brokers: kafka.brokers,
    topic,
    first: kafka.proxy,
    second,
    brokerOf: (body) => partitionOf((JSON.parse(body) as { call_id: string }).call_id) % 2,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
