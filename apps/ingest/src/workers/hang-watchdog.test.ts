import { jest } from '@jest/globals';
import { hangs } from './hang-watchdog.ts';

const callTimeoutMs = 5_000;

describe('the watchdog of a worker', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** `answers`: whether a ping is answered, by its number; the worker ends after the last one. */
  const watch = async (answers: readonly boolean[]) => {
    const changes: boolean[] = [];
    const ended = new AbortController();
    let pings = 0;
    const ping = async (): Promise<void> => {
      const isAnswered = answers[pings++];
      if (isAnswered === undefined) ended.abort();
      if (isAnswered) return;
      await new Promise((resolve) => setTimeout(resolve, callTimeoutMs));
      throw new Error('timeout');
    };
    const began = Date.now();
    const result = hangs({ ping, onChange: (isAnswering) => changes.push(isAnswering) }, ended.signal);
    await jest.advanceTimersByTimeAsync(600_000);
    return { hangs: await result, changes, pings, seconds: (Date.now() - began) / 1_000 };
  };

  it('a worker that misses six pings in a row hangs', async () => {
    expect(await watch([true, ...Array.from({ length: 20 }, () => false)])).toMatchObject({
      hangs: true,
      pings: 7,
      changes: [false],
    });
  });
  it('one that answers again does not', async () => {
    const missed = Array.from({ length: 5 }, () => false);
    expect(await watch([...missed, true, ...missed, true])).toMatchObject({
      hangs: false,
      changes: [false, true, false, true],
    });
  });
  it('one that ends while a ping waits does not', async () => {
    expect(await watch([true])).toMatchObject({ hangs: false, changes: [] });
  });
});
