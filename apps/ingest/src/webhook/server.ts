import type { RequestListener, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { addGauge, listen } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import type { IngestMetrics } from '../metrics.ts';

/** `keepAliveTimeout`, in ms: longer than proxies keep an unused connection, which must close it first. */
const options = { keepAliveTimeout: 65_000, highWaterMark: 64 * 1024 };

export interface WebhookServerOptions {
  readonly hosts: readonly string[];
  /** TCP port; with 0 the system chooses a free one. */
  readonly port: number;
  /** Limit of connections per host; Node closes others without an answer. */
  readonly connectionsMax: number;
  readonly onClientError: (error: NodeJS.ErrnoException, socket: Duplex) => void;
  readonly metrics: Pick<IngestMetrics, 'registry' | 'droppedConnections'>;
  readonly log: Log;
}

/** Listens on every host that the machine has. @throws {Error} if the port is in use, or the machine has none of the hosts */
export async function listenForWebhooks(
  handler: RequestListener,
  { hosts, port, connectionsMax, onClientError, metrics, log }: WebhookServerOptions,
): Promise<{ servers: Server[]; port: number }> {
  const listening = await listen({ hosts, port, connectionsMax, options, log }, handler);
  const { servers } = listening;
  for (const server of servers) {
    server.on('drop', () => metrics.droppedConnections.inc());
    server.on('clientError', onClientError);
  }
  addGauge(metrics.registry, {
    name: 'callstream_ingest_connections',
    help: 'Open connections to the webhook',
    value: async () => (await Promise.all(servers.map(connectionsOf))).reduce((sum, count) => sum + count, 0),
  });
  return listening;
}

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve) => server.getConnections((error, count) => resolve(error ? 0 : count)));
