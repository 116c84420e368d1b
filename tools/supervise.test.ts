import { until } from '@callstream/stack';
import { supervise } from './supervise.ts';
import type { RunningProcess } from './supervise.ts';

/** A part that runs until `die`, or until it is stopped. */
function part(): RunningProcess & { readonly die: (how: string) => void } {
  const { promise: exited, resolve: die } = Promise.withResolvers<string>();
  return {
    exited,
    die,
    [Symbol.asyncDispose]: () => {
      die('told to');
      return Promise.resolve();
    },
  };
}
const soon = { timeoutMs: 10_000, everyMs: 10, onTimeout: () => new Error('not started again') };

it('starts a part again when it has died, also when that fails at first, and says so; not any more once it is told to stop', async () => {
  const parts = [part()];
  const said: string[] = [];
  let failures = 1;
  {
    await using supervised = await supervise('a part', {
      start: () => Promise.resolve(parts[0]!),
      again: () => {
        if (failures-- > 0) return Promise.reject(new Error('No room.\nAt all.'));
        parts.push(part());
        return Promise.resolve(parts.at(-1)!);
      },
      say: (line) => said.push(line),
    });
    supervised.first.die('signal SIGKILL');
    await until(() => said.includes('a part runs again.'), soon);
  }
  await expect(parts.at(-1)!.exited).resolves.toBe('told to');
  expect(said).toEqual([
    'a part ended (signal SIGKILL); starting it again in 0.5 s.',
    'a part could not be started again: No room. Trying again in 1 s.',
    'a part runs again.',
  ]);
});

it('does not repeat a part that has never run', async () => {
  const start = (): Promise<RunningProcess> => Promise.reject(new Error('No.'));
  await expect(supervise('a part', { start, say: () => undefined })).rejects.toThrow('No.');
});
