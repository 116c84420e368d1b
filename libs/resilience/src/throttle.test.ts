import { jest } from '@jest/globals';
import { throttle } from './throttle.ts';

describe('a throttled action', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const throttled = () => {
    const at: number[] = [];
    const begin = Date.now();
    return { at, ...throttle({ everyMs: 100 }, () => void at.push(Date.now() - begin)) };
  };

  it('runs at once on the first change', () => {
    const { at, changed } = throttled();
    changed();
    expect(at).toEqual([0]);
    jest.advanceTimersByTime(1_000);
    expect(at).toEqual([0]);
  });

  it('then runs at most once per 100 ms, and once after the last change', () => {
    const { at, changed } = throttled();
    for (let ms = 0; ms < 250; ms += 10) {
      changed();
      jest.advanceTimersByTime(10);
    }
    jest.advanceTimersByTime(1_000);
    expect(at).toEqual([0, 100, 200, 300]);
  });

  it('pauses as long as it ran, so that half of the time is left to others', () => {
    const at: number[] = [];
    const begin = Date.now();
    let worked = 0;
    const act = (): void => {
      at.push(Date.now() - begin);
      worked += 300;
    };
    // Fake timers stand still while it runs, so the pause begins at their time.
    const { changed } = throttle({ everyMs: 100, now: () => worked }, act);
    for (let ms = 0; ms < 650; ms += 10) {
      changed();
      jest.advanceTimersByTime(10);
    }
    expect(at).toEqual([0, 300, 600]);
  });

  it('is not called again before its promise has settled, nor within 100 ms after that', async () => {
    const at: number[] = [];
    const begin = Date.now();
    const act = async (): Promise<void> => {
      at.push(Date.now() - begin);
      await new Promise((resolve) => setTimeout(resolve, 300));
    };
    const { changed } = throttle({ everyMs: 100 }, act);
    for (let ms = 0; ms < 900; ms += 10) {
      changed();
      await jest.advanceTimersByTimeAsync(10);
    }
    expect(at).toEqual([0, 400, 800]);
  });

  it('without a pause runs on every change', () => {
    let runs = 0;
    const { changed } = throttle({ everyMs: 0 }, () => {
      runs++;
    });
    for (let i = 0; i < 3; i++) changed();
    expect(runs).toBe(3);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('without a pause runs once more after its promise if it changed meanwhile, and never twice at the same time', async () => {
    let running = 0;
    let runs = 0;
    const act = async (): Promise<void> => {
      expect(++running).toBe(1);
      runs++;
      await new Promise((resolve) => setTimeout(resolve, 300));
      running--;
    };
    const { changed } = throttle({ everyMs: 0 }, act);
    for (let i = 0; i < 3; i++) changed();
    expect(runs).toBe(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(runs).toBe(2);
  });

  it('does not run any more once it is stopped', () => {
    const { at, changed, stop } = throttled();
    changed();
    changed();
    stop();
    jest.advanceTimersByTime(1_000);
    expect(at).toEqual([0]);
  });
});
