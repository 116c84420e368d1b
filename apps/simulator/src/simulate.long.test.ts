import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const simulate = join(import.meta.dirname, 'simulate.ts');
const events = 2_000_000;

it('simulate --print --count prints exactly that many events, also more than fit into memory', async () => {
  const args = ['--disable-warning=ExperimentalWarning', simulate, '--print', '--count', String(events)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let printed = 0;
  for await (const line of createInterface(child.stdout)) if (line.endsWith('}')) printed++;
  expect(printed).toBe(events);
  expect(await exited).toEqual([0, null]);
});
