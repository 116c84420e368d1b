import { jest } from '@jest/globals';
import { runUntilAborted } from './run-until-aborted.ts';

describe('work that runs until it is aborted', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** Runs `work` for a minute of the test's clock; when it began, in ms. */
  const startsOf = async (work: (onWorks: () => void) => Promise<void>): Promise<number[]> => {
    const starts: number[] = [];
    const stopping = new AbortController();
    const begin = Date.now();
    const running = runUntilAborted(
      (onWorks) => {
        starts.push(Date.now() - begin);
        return work(onWorks);
      },
      { signal: stopping.signal, onFailure: () => undefined },
    );
    await jest.advanceTimersByTimeAsync(60_000);
    stopping.abort();
    // Work that has begun ends by itself.
    await jest.advanceTimersByTimeAsync(1_000);
    await running;
    return starts;
  };
  const pausesOf = (starts: readonly number[]): number[] => starts.slice(1).map((at, i) => at - (starts[i] ?? 0));

  it('is retried after pauses that grow from a quarter of a second to five seconds', async () => {
    const pauses = pausesOf(await startsOf(() => Promise.reject(new Error('unavailable'))));
    expect(pauses.length).toBeGreaterThan(10);
    expect(pauses[0]).toBeLessThanOrEqual(250);
    expect(Math.min(...pauses.slice(5))).toBeGreaterThanOrEqual(2_500);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5_000);
  });

  it('is retried soon again after it has worked', async () => {
    const starts = await startsOf((onWorks) => {
      onWorks();
      return Promise.reject(new Error('lost'));
    });
    expect(starts.length).toBeGreaterThanOrEqual(60_000 / 250);
    expect(Math.max(...pausesOf(starts))).toBeLessThanOrEqual(250);
  });

  it('counts the failures of a row, which ends when it has worked', async () => {
    const stopping = new AbortController();
    const counts: number[] = [];
    const work = (onWorks: () => void) => {
      if (counts.length === 2) onWorks();
      return Promise.reject(new Error('lost'));
    };
    const onFailure = (_error: unknown, failures: number): void => {
      counts.push(failures);
      if (counts.length === 4) stopping.abort();
    };
    const running = runUntilAborted(work, { signal: stopping.signal, onFailure });
    await jest.advanceTimersByTimeAsync(60_000);
    await running;
    expect(counts).toEqual([1, 2, 1, 2]);
  });

  it('runs again at once when it ends', async () => {
    const starts = await startsOf(() => new Promise((resolve) => setTimeout(resolve, 1_000)));
    expect(starts).toEqual(Array.from({ length: 61 }, (_, i) => i * 1_000));
  });

  it('ends with a programming error, which is not retried', async () => {
    const bug = new TypeError('x is not a function');
    const { signal } = new AbortController();
    const failures: unknown[] = [];
    const work = () => Promise.reject(bug);
    await expect(runUntilAborted(work, { signal, onFailure: (error) => failures.push(error) })).rejects.toBe(bug);
    expect(failures).toEqual([]);
  });
});
