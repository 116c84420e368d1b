import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPortFree, stablePort } from './free-port.ts';

it('stablePort gives the same port at each start, and another if that is taken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'callstream-port-'));
  const stranger = createServer();
  try {
    const port = await stablePort(folder, 'broker');
    expect(await stablePort(folder, 'broker')).toBe(port);

    stranger.listen(port, '127.0.0.1');
    await once(stranger, 'listening');
    expect(await isPortFree(port)).toBe(false);
    expect(await stablePort(folder, 'broker')).not.toBe(port);
  } finally {
    stranger.close();
    await rm(folder, { recursive: true });
  }
});

it('no two processes get the same free port', async () => {
  // So many that by chance alone dozens of them would be given twice.
  const program = `
    import { freePort } from '${join(import.meta.dirname, 'free-port.ts')}';
    const ports = [];
    for (let i = 0; i < 400; i++) ports.push(await freePort());
    process.send(ports);
    process.once('message', () => process.exit());`;
  const processes = Array.from({ length: 3 }, () =>
    spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  );
  try {
    const ports = await Promise.all(processes.map(async (child) => ((await once(child, 'message')) as [number[]])[0]));
    expect(ports.map((some) => some.length)).toEqual([400, 400, 400]);
    expect(new Set(ports.flat()).size).toBe(1_200);
  } finally {
    for (const child of processes) child.kill();
  }
});
