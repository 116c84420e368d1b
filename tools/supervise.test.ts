import { until } from '@callstream/stack';
import { supervise } from './supervise.ts';
import type { RunningProcess } from './supervise.ts';

/** A process that runs until `die`, or until it is stopped. */
function part(): RunningProcess & { readonly die: (how: string) => void } {
  const { promise: exited, resolve: die } = Promise.withResolvers<string>();
  return {
    exited,
    die,
    [Symbol.asyncDispose]: () => {
      die('stopped');
      return Promise.resolve();
    },
  };
}
const soon = { everyMs: 10, onTimeout: () => new Error('not restarted') };

it('a process that exits is restarted with backoff, until it is stopped', async () => {
  const parts = [part()];
  const printed: string[] = [];
  let failures = 1;
  {
    await using supervised = await supervise('Kafka', {
      start: () => Promise.resolve(parts[0]!),
      restart: () => {
        if (failures-- > 0) return Promise.reject(new Error('No room.\nAt all.'));
        parts.push(part());
        return Promise.resolve(parts.at(-1)!);
      },
      print: (line) => printed.push(line),
    });
    supervised.first.die('signal SIGKILL');
    await until(() => printed.includes('Kafka runs again.'), soon);
  }
  await expect(parts.at(-1)!.exited).resolves.toBe('stopped');
  expect(printed).toEqual([
    'Kafka ended (signal SIGKILL); restarting it in 0.5 s.',
    'Kafka could not be restarted: No room. Retrying in 1 s.',
    'Kafka runs again.',
  ]);
});

it('a process whose first start fails is not restarted', async () => {
  const start = (): Promise<RunningProcess> => Promise.reject(new Error('No.'));
  await expect(supervise('Kafka', { start, print: () => undefined })).rejects.toThrow('No.');
});
