import { setImmediate as nextTurn } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { createLog } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { createBoardState } from './board-state.ts';
import { startLogReader } from './log-reader.ts';
import { createOutage } from './outage.ts';

const log = createLog({ service: 'test', level: 'silent' });

type MessageListener = (event: { readonly payload: object }) => void;

/** A client of kafkajs whose consumers join their group, and crash at once. @param onGroup called for each group */
function crashingKafka(onGroup: () => void): Kafka {
  const events = { GROUP_JOIN: 'join', END_BATCH_PROCESS: 'end', CRASH: 'crash' };
  const done = () => Promise.resolve();
  const consumer = () => {
    const listeners = new Map<string, MessageListener>();
    onGroup();
    return {
      events,
      on: (event: string, listener: MessageListener) => void listeners.set(event, listener),
      connect: done,
      subscribe: done,
      run: () => {
        listeners.get('join')?.({ payload: { memberAssignment: {}, duration: 1 } });
        listeners.get('crash')?.({ payload: { restart: false, error: new Error('The coordinator is lost.') } });
        return Promise.resolve();
      },
      disconnect: done,
    };
  };
  const admin = () => ({ connect: () => Promise.reject(new Error('no admin')) });
  return { consumer, admin } as unknown as Kafka;
}

it('a log that fails after each join is joined less and less often: each time makes a consumer group', async () => {
  jest.useFakeTimers({ doNotFake: ['performance', 'setImmediate', 'queueMicrotask', 'nextTick'] });
  let groups = 0;
  const stopping = new AbortController();
  const logOutage = createOutage('The log', log);
  const reader = startLogReader({
    kafka: crashingKafka(() => groups++),
    topic: 't',
    state: createBoardState({ keepMs: 60_000, staleAfterMs: 60_000 }),
    lookUp: () => Promise.resolve([]),
    onEvents: () => undefined,
    onApplied: () => undefined,
    blocked: { isBlocked: () => false, describe: () => null, waitUntilSkipped: () => Promise.resolve() },
    kafkaOutage: createOutage('Kafka', log),
    logOutage,
    signal: stopping.signal,
    log,
  });
  for (let second = 0; second < 60; second++) {
    await jest.advanceTimersByTimeAsync(1_000);
    await nextTurn();
  }
  expect(logOutage.describe()).toMatch(/The coordinator is lost/);
  // The pauses grow to between 2.5 and 5 s: 15 to 28 groups, and not one every 250 ms.
  expect(groups).toBeGreaterThan(5);
  expect(groups).toBeLessThan(35);
  stopping.abort();
  await jest.advanceTimersByTimeAsync(10_000);
  await reader.ended;
  jest.useRealTimers();
});
