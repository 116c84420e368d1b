import type { QueueSnapshot } from './queue-snapshot.ts';
import { cacheQueueSnapshot } from './queue-snapshot-cache.ts';

/** Looks that end when the test says so, by a clock that goes when the test says so. */
function controlled() {
  const looks: PromiseWithResolvers<QueueSnapshot>[] = [];
  let now = 0;
  const floors = cacheQueueSnapshot(
    () => {
      const look = Promise.withResolvers<QueueSnapshot>();
      looks.push(look);
      return look.promise;
    },
    () => now,
  );
  return { looks, floors, goTo: (ms: number) => void (now = ms) };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));
const floor = (asOf: number) => ({ asOf }) as QueueSnapshot;

describe('looks at the tables', () => {
  it('are shared by all who ask while one is under way, however long that takes', async () => {
    const { looks, floors, goTo } = controlled();
    const first = floors();
    goTo(60_000);
    const late = floors();
    looks[0]!.resolve(floor(1));
    expect([await first, await late]).toEqual([floor(1), floor(1)]);
    expect(looks).toHaveLength(1);
  });

  it('are a second apart, and longer if they take long', async () => {
    const { looks, floors, goTo } = controlled();
    void floors();
    goTo(10);
    looks[0]!.resolve(floor(1));
    await turn();
    goTo(999);
    expect(await floors()).toEqual(floor(1));
    goTo(1_000);
    void floors();
    expect(looks).toHaveLength(2);
    goTo(2_000); // it took a second: four more are left to others
    looks[1]!.resolve(floor(2));
    await turn();
    goTo(5_999);
    expect(await floors()).toEqual(floor(2));
    goTo(6_000);
    void floors();
    expect(looks).toHaveLength(3);
  });

  it('that fail are tried again', async () => {
    const { looks, floors, goTo } = controlled();
    const first = floors();
    looks[0]!.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await turn();
    goTo(1_000);
    void floors();
    expect(looks).toHaveLength(2);
  });
});
