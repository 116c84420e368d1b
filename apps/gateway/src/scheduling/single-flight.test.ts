import { gatewayRequester } from './requester.ts';
import { NotServed } from './not-served.ts';
import { createSingleFlight, scheduleNow } from './single-flight.ts';
import type { Schedule } from './single-flight.ts';

/** A query whose every run ends when the test says so. */
function controlled(schedule = scheduleNow) {
  const runs: PromiseWithResolvers<number>[] = [];
  const flight = createSingleFlight((_key: string) => {
    const run = Promise.withResolvers<number>();
    runs.push(run);
    return run.promise;
  }, schedule);
  return { runs, ask: (key: string) => flight(gatewayRequester, key) };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('single-flight', () => {
  it('lets requests that come during a query share the next one: no result is older than its request', async () => {
    const { runs, ask } = controlled();
    const first = ask('a');
    await turn();
    const late = [ask('a'), ask('a'), ask('a')];
    runs[0]!.resolve(1);
    await turn();
    runs[1]!.resolve(2);
    expect(await first).toBe(1);
    expect(await Promise.all(late)).toEqual([2, 2, 2]);
    expect(runs).toHaveLength(2);
  });

  it('runs different queries at the same time', async () => {
    const { runs, ask } = controlled();
    void ask('a');
    void ask('b');
    await turn();
    expect(runs).toHaveLength(2);
  });

  it('runs the next query after one has failed', async () => {
    const { runs, ask } = controlled();
    const first = ask('a');
    await turn();
    const second = ask('a');
    runs[0]!.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await turn();
    runs[1]!.resolve(2);
    expect(await second).toBe(2);
    void ask('a');
    await turn();
    expect(runs).toHaveLength(3);
  });

  it('forgets a query whose requests were all refused: the next request begins it', async () => {
    let isFull = true;
    const schedule: Schedule = (requester, task) =>
      isFull ? Promise.reject(new NotServed('full')) : scheduleNow(requester, task);
    const { runs, ask } = controlled(schedule);
    await expect(Promise.allSettled([ask('a'), ask('a')])).resolves.toMatchObject([
      { status: 'rejected' },
      { status: 'rejected' },
    ]);
    isFull = false;
    const last = ask('a');
    await turn();
    runs[0]!.resolve(1);
    expect(await last).toBe(1);
  });
});
