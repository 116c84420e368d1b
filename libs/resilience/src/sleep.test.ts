import { jest } from '@jest/globals';
import { sleep } from './sleep.ts';

describe('a sleep', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const endsOf = (...signals: readonly AbortSignal[]): string[] => {
    const ends: string[] = [];
    void sleep(100, ...signals).then(() => ends.push('ended'));
    return ends;
  };

  it('ends after its time', async () => {
    const ends = endsOf(new AbortController().signal);
    await jest.advanceTimersByTimeAsync(99);
    expect(ends).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(ends).toEqual(['ended']);
  });

  it('ends as soon as one of its signals is aborted, also before it begins', async () => {
    const stopping = new AbortController();
    const ends = endsOf(new AbortController().signal, stopping.signal);
    stopping.abort();
    await jest.advanceTimersByTimeAsync(0);
    expect(ends).toEqual(['ended']);
    expect(jest.getTimerCount()).toBe(0);
    const endsAtOnce = endsOf(stopping.signal);
    await jest.advanceTimersByTimeAsync(0);
    expect(endsAtOnce).toEqual(['ended']);
  });
});
