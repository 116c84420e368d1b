import { jest } from '@jest/globals';
import { createBudget } from './budget.ts';
import { leaseRoom } from './lease-room.ts';

/** Least step of a lease, in bytes. */
const step = 32 * 1024;

describe('the leases of the spools of two workers', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const tick = () => jest.advanceTimersByTimeAsync(1_000);

  function startWorkers(max: number) {
    const budget = createBudget(max);
    const used = [0, 0];
    let requests = 0;
    const rooms = [0, 1].map((worker) =>
      leaseRoom({
        max,
        workers: 2,
        used: () => used[worker] ?? 0,
        resize: (wanted, usedNow) => {
          requests++;
          return Promise.resolve(budget.resize(worker, wanted, usedNow));
        },
      }),
    );
    const room = (worker: number) => rooms[worker] as (typeof rooms)[number];
    return { used, room, requests: () => requests, total: () => room(0).bytes() + room(1).bytes() };
  }

  it('grow to the limit of the service, and no further', async () => {
    const { used, room, total } = startWorkers(10 * step);
    await tick();
    expect(await room(0).grow(7 * step)).toBe(true);
    used[0] = 7 * step;
    expect(await room(1).grow(3 * step)).toBe(true);
    used[1] = 3 * step;
    expect(await room(1).grow(3 * step + 1)).toBe(false);
    expect([total(), room(0).isExhausted(), room(1).isExhausted()]).toEqual([10 * step, false, true]);
  });

  it('return what is drained, within a second, so that the other worker can use it', async () => {
    const { used, room } = startWorkers(10 * step);
    await tick();
    await room(0).grow(9 * step);
    used[0] = 9 * step;
    expect(await room(1).grow(5 * step)).toBe(false);
    used[0] = step;
    await tick();
    expect(room(0).bytes()).toBe(2 * step);
    expect(await room(1).grow(5 * step)).toBe(true);
  });

  it('serve all events that wait for room by two requests at most', async () => {
    const { room, requests } = startWorkers(10 * step);
    await tick();
    const before = requests();
    const sizes = Array.from({ length: 100 }, (_, i) => 2 * step + i);
    expect(await Promise.all(sizes.map(room(0).grow))).toEqual(sizes.map(() => true));
    expect(requests() - before).toBeLessThanOrEqual(2);
  });
});
