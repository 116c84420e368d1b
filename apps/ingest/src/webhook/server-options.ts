import type { ServerOptions } from 'node:http';

/** Limits of Node's own against senders that are slow or odd; times in ms. A request that takes longer is answered with 408. */
export const serverOptions: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
  highWaterMark: 64 * 1024,
};
