import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { privateFileMode } from '@callstream/files';

/** Whether a server can listen on `port` of `host` now. A port of an address that this machine does not have counts as free. */
export const isPortFree = (port: number, host = '127.0.0.1'): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'EADDRINUSE' && code !== 'EACCES'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** @throws {Error} if `port` is taken: a readiness check would be answered by the server that has it. */
export async function claimPort(port: number, name: string): Promise<number> {
  if (!(await isPortFree(port)))
    throw new Error(`${name} cannot listen on port ${port}: it is taken by another process.`);
  return port;
}

/** A port of 127.0.0.1 that is free now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no free port')),
      );
    });
  });

/**
 * The port that `name` had at its last start in `dataDir`, so that addresses survive a restart. At the first start, or if another
 * process has taken that port, a free one, which is stored in `dataDir`.
 */
export async function stablePort(dataDir: string, name: string): Promise<number> {
  const file = join(dataDir, `${name}.port`);
  const stored = Number(await readFile(file, 'utf8').catch(() => ''));
  if (Number.isInteger(stored) && stored > 0 && (await isPortFree(stored))) return stored;
  const port = await freePort();
  await writeFile(file, `${port}\n`, { mode: privateFileMode });
  return port;
}
