import type { Server } from 'node:http';
import { addGauge } from '@callstream/runtime';
import type { IngestMetrics } from '../metrics.ts';

/** Bounds the connections of each server, and tells how many there are: who is one too many hears nothing from us. */
export function limitConnections(servers: readonly Server[], max: number, metrics: IngestMetrics): void {
  for (const server of servers) {
    server.maxConnections = max;
    server.on('drop', () => metrics.droppedConnections.inc());
  }
  addGauge(metrics.registry, {
    name: 'callstream_ingest_connections',
    help: 'Connections to the webhook that are open',
    value: async () => (await Promise.all(servers.map(connectionsOf))).reduce((sum, count) => sum + count, 0),
  });
}

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve) => server.getConnections((error, count) => resolve(error ? 0 : count)));
