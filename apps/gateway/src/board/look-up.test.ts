import { createLog } from '@callstream/runtime';
import { createCallLookUp } from './look-up.ts';

/** A Postgres that answers when the test says so. */
function slowPostgres() {
  const asked: (PromiseWithResolvers<readonly never[]> & { readonly callIds: readonly string[] })[] = [];
  const looking = createCallLookUp(
    (callIds) => {
      const answer = Promise.withResolvers<readonly never[]>();
      asked.push({ ...answer, callIds });
      return answer.promise;
    },
    createLog({ service: 'test', level: 'silent' }),
  );
  return { asked, questions: () => asked.map(({ callIds }) => callIds), ...looking };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('calls that are not on the board', () => {
  it('are asked for at once; those that are missed while a question is under way, together in the next', async () => {
    const { asked, questions, lookUp } = slowPostgres();
    const first = lookUp(['a']);
    await turn();
    const others = [lookUp(['b', 'c']), lookUp(['c', 'd'])];
    await turn();
    expect(questions()).toEqual([['a']]);
    asked[0]!.resolve([]);
    expect(await first).toEqual([]);
    await turn();
    expect(questions()).toEqual([['a'], ['b', 'c', 'd']]);
    asked[1]!.resolve([]);
    expect(await Promise.all(others)).toEqual([[], []]);
  });

  it('are not asked for after a failure, until Postgres is back', async () => {
    const { asked, questions, lookUp, back } = slowPostgres();
    const failed = lookUp(['a']);
    await turn();
    const waiting = lookUp(['b']);
    asked[0]!.reject(new Error('away'));
    expect(await Promise.all([failed, waiting, lookUp(['c'])])).toEqual([null, null, null]);
    expect(questions()).toHaveLength(1);
    back();
    void lookUp(['d']);
    await turn();
    expect(questions()).toEqual([['a'], ['d']]);
  });
});
