import { setTimeout as pause } from 'node:timers/promises';
import { DeadlineExceeded } from '@callstream/runtime';
import { createBatcher, QueueFull } from './batcher.ts';
import type { BatcherOptions } from './batcher.ts';
import { fitsKafka } from './publish/batching-publisher.ts';

interface Item {
  readonly partition: number;
  readonly bytes: number;
}
const item = (partition: number, bytes = 10): Item => ({ partition, bytes });
const options: BatcherOptions<Item> = { withinMs: 60_000, fits: fitsKafka };

/** A promise to be settled by the test. */
function pending() {
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  const promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, resolve: () => settle?.resolve(), reject: (error: Error) => settle?.reject(error) };
}

/** A Kafka that answers when it is told to. */
function slowKafka() {
  const sent: { records: number; done: ReturnType<typeof pending> }[] = [];
  const send = (records: readonly Item[]): Promise<void> => {
    const done = pending();
    sent.push({ records: records.length, done });
    return done.promise;
  };
  const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return { sent, send, turn };
}

describe('natural batching', () => {
  it('sends an event that is alone at once, and what comes meanwhile together', async () => {
    const { sent, send, turn } = slowKafka();
    const batcher = createBatcher(send, options);
    const first = batcher.add(item(0, 10));
    await turn();
    const others = [1, 2, 3].map((partition) => batcher.add(item(partition, 10)));
    await turn();
    expect(sent.map(({ records }) => records)).toEqual([1]);
    expect(batcher.depth()).toBe(4);
    sent[0]!.done.resolve();
    await first;
    await turn();
    expect(sent.map(({ records }) => records)).toEqual([1, 3]);
    sent[1]!.done.resolve();
    await Promise.all(others);
    expect(batcher.depth()).toBe(0);
  });
  it('bounds the batch of one partition by records and by bytes, and never holds back a large one', async () => {
    const { sent, send, turn } = slowKafka();
    const batcher = createBatcher(send, options);
    const all = Array.from({ length: 1_500 }, () => batcher.add(item(0, 10)));
    all.push(batcher.add(item(1, 300_000)), batcher.add(item(1, 10)));
    await turn();
    sent[0]!.done.resolve();
    await turn();
    sent[1]!.done.resolve();
    await Promise.all(all);
    expect(sent.map(({ records }) => records)).toEqual([1_001, 501]);
  });
  it('fails the events of a failed batch, and only those', async () => {
    const { sent, send, turn } = slowKafka();
    const batcher = createBatcher(send, options);
    const first = batcher.add(item(0, 10));
    await turn();
    const second = batcher.add(item(0, 10));
    sent[0]!.done.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await turn();
    sent[1]!.done.resolve();
    await expect(second).resolves.toBeUndefined();
  });
  it('refuses at once what exceeds the queue', async () => {
    const { sent, send, turn } = slowKafka();
    const batcher = createBatcher(send, options);
    const first = batcher.add(item(0, 128 * 1024 * 1024));
    await expect(batcher.add(item(0, 1))).rejects.toThrow(QueueFull);
    await turn();
    sent[0]!.done.resolve();
    await first;
  });
  it('does not let an event wait for longer than it may, on its way or not', async () => {
    const { sent, send, turn } = slowKafka();
    const batcher = createBatcher(send, { ...options, withinMs: 50 });
    const first = batcher.add(item(0));
    await turn();
    const second = batcher.add(item(0));
    await expect(first).rejects.toThrow(DeadlineExceeded);
    await expect(second).rejects.toThrow(DeadlineExceeded);
    expect(batcher.depth()).toBe(1);
    sent[0]!.done.resolve();
    await turn();
    expect([batcher.depth(), batcher.bytes(), sent.length]).toEqual([0, 0, 1]);
  });
  it('may count from when the batch was sent: who waits behind batches that return is not given up', async () => {
    const { sent, send, turn } = slowKafka();
    const one = (): (() => boolean) => {
      let taken = 0;
      return () => taken++ === 0;
    };
    const batcher = createBatcher(send, { withinMs: 200, countsFrom: 'sent', fits: one });
    const all = Array.from({ length: 5 }, () => batcher.add(item(0)));
    for (let i = 0; i < 4; i++) {
      await turn();
      await pause(150);
      sent[i]!.done.resolve();
    }
    await turn();
    // The last one has waited for three times as long as a batch may take, and now its own batch does not return.
    await expect(all[4]).rejects.toThrow(DeadlineExceeded);
    expect(await Promise.all(all.slice(0, 4))).toHaveLength(4);
    sent[4]!.done.resolve();
    await turn();
  });
  it('does not give up what has returned while the loop was busy', async () => {
    const { sent, send, turn } = slowKafka();
    const batcher = createBatcher(send, { ...options, withinMs: 50 });
    const first = batcher.add(item(0));
    await turn();
    const until = performance.now() + 300;
    setTimeout(() => sent[0]!.done.resolve(), 0);
    while (performance.now() < until);
    await expect(first).resolves.toBeUndefined();
  });
  it('gives up at once what is not to be sent any more', async () => {
    const { sent, send, turn } = slowKafka();
    let isAway = false;
    const refuse = ({ partition }: Item) => (isAway && partition === 1 ? new Error('away') : undefined);
    const batcher = createBatcher(send, { ...options, refuse });
    const first = batcher.add(item(1));
    await turn();
    const [other, same] = [batcher.add(item(0)), batcher.add(item(1))];
    isAway = true;
    sent[0]!.done.reject(new Error('no leader'));
    await expect(first).rejects.toThrow('no leader');
    await expect(same).rejects.toThrow('away');
    await expect(batcher.add(item(1))).rejects.toThrow('away');
    await turn();
    sent[1]!.done.resolve();
    await expect(other).resolves.toBeUndefined();
  });
  it('takes an event that comes at the very moment a batch returns', async () => {
    const { sent, send, turn } = slowKafka();
    const batcher = createBatcher(send, options);
    const both = batcher.add(item(0)).then(() => batcher.add(item(0)));
    await turn();
    sent[0]!.done.resolve();
    await turn();
    sent[1]!.done.resolve();
    await expect(both).resolves.toBeUndefined();
  });
});
