import { jest } from '@jest/globals';
import { throttle } from './throttle.ts';

describe('changes are announced', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const announcer = () => {
    const at: number[] = [];
    const begin = Date.now();
    return { at, ...throttle(100, () => at.push(Date.now() - begin)) };
  };

  it('the first at once', () => {
    const { at, changed } = announcer();
    changed();
    expect(at).toEqual([0]);
    jest.advanceTimersByTime(1_000);
    expect(at).toEqual([0]);
  });

  it('then at most once per 100 ms, and once after the last', () => {
    const { at, changed } = announcer();
    for (let ms = 0; ms < 250; ms += 10) {
      changed();
      jest.advanceTimersByTime(10);
    }
    jest.advanceTimersByTime(1_000);
    expect(at).toEqual([0, 100, 200, 300]);
  });

  it('after a rest as long as the last took: half of the time is left to others', () => {
    const at: number[] = [];
    const begin = Date.now();
    let worked = 0;
    const act = (): void => {
      at.push(Date.now() - begin);
      worked += 300;
    };
    // Timers do not go on while something works; so it rests from where they are.
    const { changed } = throttle(100, act, () => worked);
    for (let ms = 0; ms < 650; ms += 10) {
      changed();
      jest.advanceTimersByTime(10);
    }
    expect(at).toEqual([0, 300, 600]);
  });

  it('not any more once stopped', () => {
    const { at, changed, stop } = announcer();
    changed();
    changed();
    stop();
    jest.advanceTimersByTime(1_000);
    expect(at).toEqual([0]);
  });
});
