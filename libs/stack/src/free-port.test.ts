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
