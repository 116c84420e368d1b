import type { OutRecord } from '@callstream/runtime';
import { createBatcher, QueueFull } from './batch.ts';

const record = (partition: number): OutRecord => ({
  topic: 't',
  partition,
  key: 'k',
  value: Buffer.from('v'),
  headers: {},
});

/** A promise to be settled by the test. */
function pending() {
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  const promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, resolve: () => settle?.resolve(), reject: (error: Error) => settle?.reject(error) };
}

/** A Kafka that answers when it is told to. */
function slowKafka() {
  const sent: { records: number; done: ReturnType<typeof pending> }[] = [];
  const send = (records: readonly OutRecord[]): Promise<void> => {
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
    const batcher = createBatcher(send);
    const first = batcher.add(record(0), 10);
    await turn();
    const others = [1, 2, 3].map((partition) => batcher.add(record(partition), 10));
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
    const batcher = createBatcher(send);
    const all = Array.from({ length: 1_500 }, () => batcher.add(record(0), 10));
    all.push(batcher.add(record(1), 300_000), batcher.add(record(1), 10));
    await turn();
    sent[0]!.done.resolve();
    await turn();
    sent[1]!.done.resolve();
    await Promise.all(all);
    expect(sent.map(({ records }) => records)).toEqual([1_001, 501]);
  });
  it('fails the events of a failed batch, and only those', async () => {
    const { sent, send, turn } = slowKafka();
    const batcher = createBatcher(send);
    const first = batcher.add(record(0), 10);
    await turn();
    const second = batcher.add(record(0), 10);
    sent[0]!.done.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await turn();
    sent[1]!.done.resolve();
    await expect(second).resolves.toBeUndefined();
  });
  it('refuses at once what exceeds the queue', async () => {
    const { send } = slowKafka();
    const batcher = createBatcher(send);
    void batcher.add(record(0), 128 * 1024 * 1024);
    await expect(batcher.add(record(0), 1)).rejects.toThrow(QueueFull);
  });
});
