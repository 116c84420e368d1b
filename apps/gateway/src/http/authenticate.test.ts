import { createLog } from '@callstream/runtime';
import Koa from 'koa';
import { statusOf } from '../../testing/status-of.ts';
import type { RefusalKind } from '../access/token-refusal.ts';
import { createMetrics } from '../metrics.ts';
import { authenticate } from './authenticate.ts';
import type { ApiState } from './authenticate.ts';
import { errorHandler } from './error-handler.ts';

const log = createLog({ service: 'test', level: 'silent' });

/** The status of the answer to a request whose token is refused. */
function statusAfter(refusal: RefusalKind): Promise<number> {
  const app = new Koa<ApiState>();
  app.use(
    errorHandler({ addressOf: () => '192.0.2.1', reportRefusal: () => undefined, metrics: createMetrics(), log }),
  );
  app.use(authenticate(() => Promise.resolve({ refusal })));
  return statusOf(app);
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
