import { linger } from './linger.ts';

describe('linger', () => {
  it('ends after two turns of the event loop without a new item', async () => {
    let turns = 0;
    const count = (): void => {
      turns++;
      if (turns < 10) setImmediate(count);
    };
    setImmediate(count);
    await linger(() => 1);
    expect(turns).toBeGreaterThan(0);
    expect(turns).toBeLessThanOrEqual(2);
  });
  it('goes on while items come, for 2 ms at most', async () => {
    let items = 0;
    const began = performance.now();
    await linger(() => ++items);
    expect(performance.now() - began).toBeGreaterThanOrEqual(2);
    expect(items).toBeGreaterThan(1);
  });
});
