import { startProxyFor, testDatabase, testTopicName } from '@callstream/stack';
import { migrated } from '@callstream/tables/testing';
import type { Proxy } from '@callstream/stack';
import { startProxiedKafka } from './proxied-kafka.ts';
import type { ProxiedKafka } from './proxied-kafka.ts';
import { startSystem } from './system.ts';
import type { System, SystemOptions } from './system.ts';

/** A system with its own Kafka, and a proxy in front of Kafka and Postgres, which can make them unreachable. */
export interface ProxiedSystem extends AsyncDisposable {
  readonly system: System;
  readonly kafka: ProxiedKafka;
  /** Between the services and Postgres. */
  readonly postgres: Proxy;
}

export async function startProxiedSystem(
  options: Pick<SystemOptions, 'services' | 'settings'>,
): Promise<ProxiedSystem> {
  await using cleanup = new AsyncDisposableStack();
  const kafka = cleanup.use(await startProxiedKafka());
  const database = cleanup.use(await testDatabase({ content: migrated }));
  const { proxy: postgres, url: databaseUrl } = await startProxyFor(database.url);
  cleanup.use(postgres);
  const system = cleanup.use(
    await startSystem({ ...options, brokers: kafka.brokers, topic: testTopicName(), databaseUrl }),
  );
  const owned = cleanup.move();
  return { system, kafka, postgres, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
