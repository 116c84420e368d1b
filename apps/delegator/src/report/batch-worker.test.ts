import { until } from '@callstream/stack';
import { startBatchWorker } from './batch-worker.ts';

const eventually = (isTrue: () => boolean): Promise<boolean> =>
  until(isTrue, { everyMs: 1, onTimeout: () => new Error('An item is left.') });

it('an item that is added while the batch before it ends is handled, whenever that is', async () => {
  for (let turns = 0; turns < 12; turns++) {
    const handled: string[] = [];
    await using worker = startBatchWorker<string>({
      itemsMax: 1,
      work: (items) => Promise.resolve(void handled.push(...items)),
    });
    worker.add('first');
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    worker.add('second');
    await eventually(() => handled.length === 2);
  }
});

it('an item that waits already is not added again', async () => {
  const batches: (readonly string[])[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
  const worker = startBatchWorker<string>({
    itemsMax: 2,
    work: async (items) => {
      batches.push(items);
      await released;
    },
  });
  worker.add('running');
  for (let sweep = 0; sweep < 3; sweep++) worker.add('a', 'b', 'c');
  release(undefined);
  await worker[Symbol.asyncDispose]();
  expect(batches).toEqual([['running'], ['a', 'b'], ['c']]);
});

it('a batch that fails is the failure of the worker', async () => {
  await using worker = startBatchWorker<string>({ itemsMax: 1, work: () => Promise.reject(new Error('broken')) });
  worker.add('a');
  await expect(worker.failure).rejects.toThrow('broken');
});
