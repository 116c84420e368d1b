import { setTimeout as pause } from 'node:timers/promises';
import { DeadlineExceeded } from '@callstream/runtime';
import { createBatcher, QueueFull } from './batcher.ts';
import type { BatcherOptions } from './batcher.ts';

interface Item {
  readonly partition: number;
  readonly bytes: number;
}
const item = (partition: number, bytes = 10): Item => ({ partition, bytes });
const options: BatcherOptions<Item> = { deadlineMs: 60_000, fits: () => () => true };

/** A promise that the test settles. */
function pending() {
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  const promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, resolve: () => settle?.resolve(), reject: (error: Error) => settle?.reject(error) };
}

/** A receiver whose answers the test gives. */
function slowReceiver() {
  const sent: { records: number; done: ReturnType<typeof pending> }[] = [];
  const send = (records: readonly Item[]): Promise<void> => {
    const done = pending();
    sent.push({ records: records.length, done });
    return done.promise;
  };
  /** Longer than the batcher lingers without new items. */
  const turn = async (): Promise<void> => {
    for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  return { sent, send, turn };
}

describe('natural batching', () => {
  it('sends a single event at once, and events that arrive meanwhile as one batch', async () => {
    const { sent, send, turn } = slowReceiver();
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
  it('events that follow the answers to a batch join the next one', async () => {
    const follow = async (): Promise<number[]> => {
      const { sent, send, turn } = slowReceiver();
      const batcher = createBatcher(send, options);
      const first = batcher.add(item(0));
      await turn();
      const meanwhile = batcher.add(item(0));
      const again = first.then(() => new Promise((resolve) => setImmediate(resolve))).then(() => batcher.add(item(0)));
      sent[0]!.done.resolve();
      await first;
      await turn();
      const records = sent.map((batch) => batch.records);
      for (const batch of [1, 2]) {
        sent[batch]?.done.resolve();
        await turn();
      }
      await Promise.all([meanwhile, again]);
      return records;
    };
    // On a busy machine a turn of the event loop may take longer than the batcher lingers.
    let records: number[] = [];
    for (let attempt = 0; attempt < 50 && records[1] !== 2; attempt++) records = await follow();
    expect(records).toEqual([1, 2]);
  });
  it('rejects the events of a failed batch, and no others', async () => {
    const { sent, send, turn } = slowReceiver();
    const batcher = createBatcher(send, options);
    const first = batcher.add(item(0, 10));
    await turn();
    const second = batcher.add(item(0, 10));
    sent[0]!.done.reject(new Error('unavailable'));
    await expect(first).rejects.toThrow('unavailable');
    await turn();
    sent[1]!.done.resolve();
    await expect(second).resolves.toBeUndefined();
  });
  it('refuses an event at once when the queue is full', async () => {
    const { sent, send, turn } = slowReceiver();
    const batcher = createBatcher(send, options);
    const first = batcher.add(item(0, 128 * 1024 * 1024));
    await expect(batcher.add(item(0, 1))).rejects.toThrow(QueueFull);
    await turn();
    sent[0]!.done.resolve();
    await first;
  });
  it('rejects events after their deadline, whether they wait or are in flight', async () => {
    const { sent, send, turn } = slowReceiver();
    const batcher = createBatcher(send, { ...options, deadlineMs: 50 });
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
  it('with deadlines from the time of sending, does not expire events behind batches that return', async () => {
    const { sent, send, turn } = slowReceiver();
    const oneItem = (): (() => boolean) => {
      let taken = 0;
      return () => taken++ === 0;
    };
    const batcher = createBatcher(send, { deadlineMs: 200, deadlineStarts: 'sent', fits: oneItem });
    const all = Array.from({ length: 5 }, () => batcher.add(item(0)));
    for (let i = 0; i < 4; i++) {
      await turn();
      await pause(150);
      sent[i]!.done.resolve();
    }
    await turn();
    // The last event has waited three times as long as its deadline. It expires because its own batch does not return.
    await expect(all[4]).rejects.toThrow(DeadlineExceeded);
    expect(await Promise.all(all.slice(0, 4))).toHaveLength(4);
    sent[4]!.done.resolve();
    await turn();
  });
  it('does not expire an event whose answer arrived while the event loop was busy', async () => {
    const { sent, send, turn } = slowReceiver();
    const batcher = createBatcher(send, { ...options, deadlineMs: 50 });
    const first = batcher.add(item(0));
    await turn();
    const until = performance.now() + 300;
    setTimeout(() => sent[0]!.done.resolve(), 0);
    while (performance.now() < until);
    await expect(first).resolves.toBeUndefined();
  });
  it('rejects events at once when their partition becomes unavailable', async () => {
    const { sent, send, turn } = slowReceiver();
    let isUnavailable = false;
    const refuse = ({ partition }: Item) => (isUnavailable && partition === 1 ? new Error('unavailable') : undefined);
    const batcher = createBatcher(send, { ...options, refuse });
    const first = batcher.add(item(1));
    await turn();
    const [other, same] = [batcher.add(item(0)), batcher.add(item(1))];
    isUnavailable = true;
    sent[0]!.done.reject(new Error('no leader'));
    await expect(first).rejects.toThrow('no leader');
    await expect(same).rejects.toThrow('unavailable');
    await expect(batcher.add(item(1))).rejects.toThrow('unavailable');
    await turn();
    sent[1]!.done.resolve();
    await expect(other).resolves.toBeUndefined();
  });
  it('accepts an event that is added in the same turn in which a batch returns', async () => {
    const { sent, send, turn } = slowReceiver();
    const batcher = createBatcher(send, options);
    const both = batcher.add(item(0)).then(() => batcher.add(item(0)));
    await turn();
    sent[0]!.done.resolve();
    await turn();
    sent[1]!.done.resolve();
    await expect(both).resolves.toBeUndefined();
  });
});
