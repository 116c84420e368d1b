import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog } from '@callstream/runtime';
import Koa from 'koa';
import type { TokenRefusal } from '../access/verify.ts';
import { createMetrics } from '../metrics.ts';
import { authenticate } from './authenticate.ts';
import type { ApiState } from './authenticate.ts';
import { errorHandler } from './error-handler.ts';

const log = createLog({ service: 'test', level: 'silent' });

/** The status of the answer to a request whose token is refused. */
async function statusAfter(refusal: TokenRefusal): Promise<number> {
  const app = new Koa<ApiState>();
  app.use(errorHandler({ addressOf: () => '192.0.2.1', metrics: createMetrics(), log }));
  app.use(authenticate(() => Promise.resolve({ refusal })));
  const server = createServer((request, response) => void app.callback()(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { status } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  server.close();
  return status;
}

it.each([
  ['missing', 401],
  ['wrong', 401],
  ['expired', 401],
  ['unavailable', 503],
  ['internal', 500],
] as const)('a request whose token is refused as %s is answered with %i', async (refusal, status) => {
  expect(await statusAfter(refusal)).toBe(status);
});
