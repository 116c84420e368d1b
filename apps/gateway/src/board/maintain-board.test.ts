import { connectKafka, createLog } from '@callstream/runtime';
import { failingTables } from '@callstream/tables/testing';
import { createMetrics } from '../metrics.ts';
import { createBoardState } from './board-state.ts';
import { maintainBoard } from './maintain-board.ts';

const log = createLog({ service: 'test', level: 'silent' });

/** A board whose Postgres answers every query with `error`. */
const boardWith = (error: Error) =>
  maintainBoard({
    // Nothing answers there. kafkajs would go on trying for 14 s, after the end of the test.
    kafka: connectKafka({ brokers: ['127.0.0.1:1'], clientId: 'test', retryConnect: false, log }),
    db: failingTables(error, 'querying'),
    topic: 't',
    state: createBoardState({ keepMs: 60_000, staleAfterMs: 60_000 }),
    onChanged: () => undefined,
    onEvents: () => undefined,
    metrics: createMetrics(),
    log,
  });

it('a bug while the board is loaded ends the gateway, and is not reported as Postgres that cannot be read', async () => {
  const bug = new TypeError('x is not a function');
  await using maintained = boardWith(bug);
  await expect(maintained.failure).rejects.toBe(bug);
  expect(maintained.problem()).toBe('The board is not loaded yet.');
});
