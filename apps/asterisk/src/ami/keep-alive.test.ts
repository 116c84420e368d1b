import { jest } from '@jest/globals';
import { keepAlive } from './keep-alive.ts';

const hourMs = 3_600_000;

describe('a connection that is never cut', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is pinged four times a minute, and the PBX is asked hourly what is going on', async () => {
    const calls = { pings: 0, gaps: 0 };
    const stopping = new AbortController();
    const count = (name: keyof typeof calls) => (): Promise<void> => {
      calls[name]++;
      return Promise.resolve();
    };
    const kept = keepAlive({ ping: count('pings') }, { signal: stopping.signal, closeGap: count('gaps') });
    await jest.advanceTimersByTimeAsync(hourMs - 1);
    expect(calls).toEqual({ pings: 239, gaps: 0 });
    await jest.advanceTimersByTimeAsync(1);
    expect(calls).toEqual({ pings: 240, gaps: 1 });
    await jest.advanceTimersByTimeAsync(2 * hourMs);
    expect(calls).toEqual({ pings: 720, gaps: 3 });
    stopping.abort();
    await kept;
  });

  it('ends with the error of a ping that is not answered', async () => {
    const failed = keepAlive(
      { ping: () => Promise.reject(new Error('The PBX does not answer.')) },
      { signal: new AbortController().signal, closeGap: () => Promise.resolve() },
    );
    const ended = expect(failed).rejects.toThrow('does not answer');
    await jest.advanceTimersByTimeAsync(15_000);
    await ended;
  });
});
