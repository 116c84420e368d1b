import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectKafka, createLog } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { freePort, startKafka, startProxy } from '@callstream/stack';
import type { ClusterToJoin, Proxy } from '@callstream/stack';

/** A broker for one test. All clients connect through a proxy, which can make it unreachable. */
export interface ProxiedKafka extends AsyncDisposable {
  /** Address of the proxy. */
  readonly brokers: readonly string[];
  readonly kafka: Kafka;
  readonly proxy: Proxy;
  readonly cluster: ClusterToJoin;
  /** Restarts the broker on the same port and data; resolves when it is ready. */
  readonly restart: () => Promise<void>;
}

export async function startProxiedKafka(): Promise<ProxiedKafka> {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'callstream-kafka-'));
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }));
  const port = await freePort();
  const proxy = cleanup.use(await startProxy({ to: { port } }));
  const start = () => startKafka({ dataDir, port, advertisedPort: proxy.port });
  let server = await start();
  cleanup.defer(() => server[Symbol.asyncDispose]());
  const brokers = [`127.0.0.1:${proxy.port}`];
  const log = createLog({ service: 'e2e', level: 'silent' });
  const owned = cleanup.move();
  return {
    brokers,
    kafka: connectKafka({ brokers, clientId: 'e2e', log }),
    proxy,
    cluster: server.cluster,
    restart: async () => {
      await server[Symbol.asyncDispose]();
      server = await start();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
