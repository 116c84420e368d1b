import type { QueueSnapshot } from './queue-snapshot.ts';
import { cacheQueueSnapshot } from './queue-snapshot-cache.ts';

/** A cache whose reads end when the test says so, with the clock of the test. */
function cacheUnderTest() {
  const reads: PromiseWithResolvers<QueueSnapshot>[] = [];
  let now = 0;
  const { latest: getSnapshot, recent } = cacheQueueSnapshot(
    () => {
      const read = Promise.withResolvers<QueueSnapshot>();
      reads.push(read);
      return read.promise;
    },
    () => now,
  );
  return { reads, getSnapshot, recent, setTime: (ms: number) => void (now = ms) };
}
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const snapshot = (asOf: number) => ({ asOf }) as QueueSnapshot;

describe('reads of the queue snapshot', () => {
  it('are shared by all calls while one is in flight, however long it takes', async () => {
    const { reads, getSnapshot, setTime } = cacheUnderTest();
    const first = getSnapshot();
    setTime(60_000);
    const late = getSnapshot();
    reads[0]!.resolve(snapshot(1));
    expect([await first, await late]).toEqual([snapshot(1), snapshot(1)]);
    expect(reads).toHaveLength(1);
  });

  it('are a second apart, and further apart after a slow read', async () => {
    const { reads, getSnapshot, setTime } = cacheUnderTest();
    void getSnapshot();
    setTime(10);
    reads[0]!.resolve(snapshot(1));
    await nextTurn();
    setTime(999);
    expect(await getSnapshot()).toEqual(snapshot(1));
    setTime(1_000);
    void getSnapshot();
    expect(reads).toHaveLength(2);
    setTime(2_000); // the read took one second: four seconds of pause follow
    reads[1]!.resolve(snapshot(2));
    await nextTurn();
    setTime(5_999);
    expect(await getSnapshot()).toEqual(snapshot(2));
    setTime(6_000);
    void getSnapshot();
    expect(reads).toHaveLength(3);
  });

  it('are retried after a failure', async () => {
    const { reads, getSnapshot, setTime } = cacheUnderTest();
    const first = getSnapshot();
    reads[0]!.reject(new Error('connection lost'));
    await expect(first).rejects.toThrow('connection lost');
    await nextTurn();
    setTime(1_000);
    void getSnapshot();
    expect(reads).toHaveLength(2);
  });

  it('are not waited for by those who take a recent one, unless nobody has asked for long', async () => {
    const { reads, recent, setTime } = cacheUnderTest();
    const first = recent();
    reads[0]!.resolve(snapshot(1));
    expect(await first).toEqual(snapshot(1));
    setTime(1_000);
    expect(await recent()).toEqual(snapshot(1));
    expect(reads).toHaveLength(2); // asked for, and not waited for
    setTime(1_999);
    expect(await recent()).toEqual(snapshot(1));
    setTime(2_000);
    const waits = recent();
    reads[1]!.resolve(snapshot(2));
    expect(await waits).toEqual(snapshot(2));
    expect(reads).toHaveLength(2);
  });

  it('that fail are errors for those who take a recent one, too', async () => {
    const { reads, recent, setTime } = cacheUnderTest();
    const first = recent();
    reads[0]!.resolve(snapshot(1));
    await first;
    setTime(1_000);
    await recent();
    reads[1]!.reject(new Error('connection lost'));
    await nextTurn();
    await expect(recent()).rejects.toThrow('connection lost');
  });
});
