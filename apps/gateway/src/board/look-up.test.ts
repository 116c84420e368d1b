import { createLog } from '@callstream/runtime';
import { createCallLookUp } from './look-up.ts';

/** A Postgres that answers when the test says so. */
function slowPostgres() {
  const queries: (PromiseWithResolvers<readonly never[]> & { readonly callIds: readonly string[] })[] = [];
  const callLookUp = createCallLookUp(
    (callIds) => {
      const answer = Promise.withResolvers<readonly never[]>();
      queries.push({ ...answer, callIds });
      return answer.promise;
    },
    createLog({ service: 'test', level: 'silent' }),
  );
  return { queries, queriedIds: () => queries.map(({ callIds }) => callIds), ...callLookUp };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the look-up of calls that are not on the board', () => {
  it('queries at once, and coalesces the look-ups during a query into the next one', async () => {
    const { queries, queriedIds, lookUp } = slowPostgres();
    const first = lookUp(['a']);
    await turn();
    const others = [lookUp(['b', 'c']), lookUp(['c', 'd'])];
    await turn();
    expect(queriedIds()).toEqual([['a']]);
    queries[0]!.resolve([]);
    expect(await first).toEqual([]);
    await turn();
    expect(queriedIds()).toEqual([['a'], ['b', 'c', 'd']]);
    queries[1]!.resolve([]);
    expect(await Promise.all(others)).toEqual([[], []]);
  });

  it('rejects with a bug, which does not mean that Postgres is unavailable', async () => {
    const { queries, lookUp } = slowPostgres();
    const failed = lookUp(['a']);
    await turn();
    const bug = new TypeError('x is not a function');
    queries[0]!.reject(bug);
    await expect(failed).rejects.toBe(bug);
  });

  it('does not query after a failure until Postgres is available again', async () => {
    const { queries, queriedIds, lookUp, back } = slowPostgres();
    const failed = lookUp(['a']);
    await turn();
    const waiting = lookUp(['b']);
    queries[0]!.reject(new Error('not available'));
    expect(await Promise.all([failed, waiting, lookUp(['c'])])).toEqual([null, null, null]);
    expect(queriedIds()).toHaveLength(1);
    back();
    const answered = lookUp(['d']);
    await turn();
    expect(queriedIds()).toEqual([['a'], ['d']]);
    queries[1]!.resolve([]);
    expect(await answered).toEqual([]);
  });
});
