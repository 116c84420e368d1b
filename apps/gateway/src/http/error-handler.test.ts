import { jest } from '@jest/globals';
import { createLog } from '@callstream/runtime';
import Koa from 'koa';
import { statusOf } from '../../testing/status-of.ts';
import { createMetrics } from '../metrics.ts';
import type { ApiState } from './authenticate.ts';
import { errorHandler } from './error-handler.ts';

/** The status of the answer to a request that fails with `error`, and what is logged. */
async function answerTo(error: Error) {
  const log = createLog({ service: 'test', level: 'silent' });
  const logged = jest.spyOn(log, 'warn');
  const app = new Koa<Pick<ApiState, 'address'>>();
  app.use(
    errorHandler({ addressOf: () => '192.0.2.1', reportRefusal: () => undefined, metrics: createMetrics(), log }),
  );
  app.use(() => {
    throw error;
  });
  return { status: await statusOf(app), lines: logged.mock.calls };
}

it('a bug is answered with 500 and logged with its stack, not as Postgres that cannot be reached', async () => {
  const bug = new TypeError('x is not a function');
  expect(await answerTo(bug)).toEqual({ status: 500, lines: [[{ error: bug.stack }, 'api.failed']] });
});

it('a failure of Postgres is answered with 503', async () => {
  expect(await answerTo(new Error('Query read timeout'))).toEqual({
    status: 503,
    lines: [[{ error: 'Error: Query read timeout' }, 'api.failed']],
  });
});
