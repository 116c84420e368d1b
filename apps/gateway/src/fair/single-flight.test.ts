import { createSharedQuery } from './shared-query.ts';

/** A query whose every run ends when the test says so. */
function controlled() {
  const runs: PromiseWithResolvers<number>[] = [];
  const shared = createSharedQuery((_key: string) => {
    const run = Promise.withResolvers<number>();
    runs.push(run);
    return run.promise;
  });
  return { runs, shared };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('requests that ask the same', () => {
  it('while a query runs, share the next one: none gets an answer that is older than its request', async () => {
    const { runs, shared } = controlled();
    const first = shared('a');
    const late = [shared('a'), shared('a'), shared('a')];
    runs[0]!.resolve(1);
    await turn();
    runs[1]!.resolve(2);
    expect(await first).toBe(1);
    expect(await Promise.all(late)).toEqual([2, 2, 2]);
    expect(runs).toHaveLength(2);
  });

  it('do not wait for those that ask something else', () => {
    const { runs, shared } = controlled();
    void shared('a');
    void shared('b');
    expect(runs).toHaveLength(2);
  });

  it('survive a failed query: the next one is asked', async () => {
    const { runs, shared } = controlled();
    const first = shared('a');
    const second = shared('a');
    runs[0]!.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await turn();
    runs[1]!.resolve(2);
    expect(await second).toBe(2);
    void shared('a');
    expect(runs).toHaveLength(3);
  });
});
