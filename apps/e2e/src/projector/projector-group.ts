import { randomUUID } from 'node:crypto';
import { connectPublisher } from '@callstream/runtime';
import { freePort, testDatabase, testKafkaBrokers, testTopicName } from '@callstream/stack';
import { migrated } from '@callstream/tables/testing';
import { startService } from '../system/service-process.ts';
import type { ServiceProcess } from '../system/service-process.ts';
import { startSystem } from '../system/system.ts';
import type { System } from '../system/system.ts';

export interface ProjectorProcess extends ServiceProcess {
  readonly readyz: () => Promise<string>;
  /** The text of /metrics. */
  readonly metrics: () => Promise<string>;
}

/** A topic and tables, projector processes of one consumer group, and records produced without ingest. */
export interface ProjectorGroup extends AsyncDisposable {
  readonly system: System;
  readonly group: string;
  readonly start: () => Promise<ProjectorProcess>;
  /** Produces `count` events of 36 calls, over all partitions. */
  readonly produce: (count: number) => Promise<void>;
}

export async function startProjectorGroup(
  brokers: readonly string[] = testKafkaBrokers(),
  databaseUrl?: string,
): Promise<ProjectorGroup> {
  await using cleanup = new AsyncDisposableStack();
  const topic = testTopicName();
  const url = databaseUrl ?? cleanup.use(await testDatabase({ content: migrated })).url;
  const system = cleanup.use(await startSystem({ brokers, topic, databaseUrl: url, services: [] }));
  const publisher = cleanup.use(await connectPublisher(system.kafka));
  const group = `projector-${topic}`;
  const processes = cleanup.use(new AsyncDisposableStack());

  const start = async (): Promise<ProjectorProcess> => {
    const port = await freePort();
    const env = {
      KAFKA_BROKERS: brokers.join(','),
      KAFKA_TOPIC: topic,
      DATABASE_URL: url,
      PROJECTOR_GROUP: group,
      PROJECTOR_ADMIN_PORT: String(port),
      ADMIN_HOST: '127.0.0.1',
      LOG_LEVEL: 'debug',
    };
    const args = ['apps/projector/src/main.ts', 'run'];
    const service = processes.use(await startService({ name: 'projector', args, env }, port));
    const get = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    return { ...service, readyz: async () => (await get('/readyz')).trim(), metrics: () => get('/metrics') };
  };
  const produce = async (count: number): Promise<void> => {
    const types = ['call.new', 'call.waiting', 'actor.entered', 'call.ongoing', 'call.finished'];
    await publisher.publishBatch(
      Array.from({ length: count }, (_, i) => {
        const [call_id, type] = [`call ${i % 36}`, types[i % types.length]];
        const body = { type, call_id, actor: `a${i % 5}`, n: randomUUID(), timestamp: '2026-03-02T13:00:00Z' };
        return { topic, partition: i % 12, key: call_id, value: Buffer.from(JSON.stringify(body)), headers: {} };
      }),
    );
  };
  const owned = cleanup.move();
  return { system, group, start, produce, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
