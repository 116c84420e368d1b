import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
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

/** Below the ephemeral ports of outgoing connections, which could otherwise take the port while its server is down. */
const portMin = 20_000;
const portMax = 32_000;
const attemptsMax = 100;

/**
 * A port of 127.0.0.1 that is free now, and that no other process gets from here as long as this one lives, so that a server can be
 * started on it later, and again. It is reserved by a UDP socket on it: TCP stays free.
 * @throws {Error} if it finds none
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const port = randomInt(portMin, portMax);
    if ((await reserve(port)) && (await isPortFree(port))) return port;
  }
  throw new Error(`No free port of 127.0.0.1 between ${portMin} and ${portMax}.`);
}

/** @returns whether no process had reserved it */
async function reserve(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind({ port, address: '127.0.0.1', exclusive: true });
    await once(socket, 'listening');
    socket.unref();
    return true;
  } catch {
    socket.close();
    return false;
  }
}

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
