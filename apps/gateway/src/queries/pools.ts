import { addPoolGauges, databaseUrl, within } from '@callstream/runtime';
import { connectTables } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import type { GatewayConfig } from '../config.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { queriesMax } from '../scheduling/limits.ts';

/** Deadline of closing a pool, in ms: a connection that hangs must not keep the process alive. */
const closePoolMsMax = 2_000;

/** Two pools: the board must not wait behind the queries of clients. */
export function openPools(config: GatewayConfig, { registry }: GatewayMetrics) {
  const url = databaseUrl(config);
  const queries = connectTables({
    url,
    max: queriesMax,
    applicationName: 'callstream-gateway',
    statementTimeoutMs: 5_000,
    queryTimeoutMs: 6_000,
  });
  const board = connectTables({
    url,
    max: 3,
    applicationName: 'callstream-gateway-board',
    statementTimeoutMs: 30_000,
    queryTimeoutMs: 35_000,
  });
  addPoolGauges(registry, { queries, board });
  const close = (pool: Tables): Promise<void> => within(closePoolMsMax, pool.end()).catch(() => undefined);
  return {
    queries,
    board,
    [Symbol.asyncDispose]: async () => {
      await close(board);
      await close(queries);
    },
  };
}
