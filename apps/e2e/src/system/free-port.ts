import { randomInt } from 'node:crypto';
import { isPortFree } from '@callstream/stack';

/** Below the ports that systems give to outgoing connections: none of those can take it while a killed service is away. */
const lowest = 20_000;
const highest = 32_000;
const attemptsMax = 100;
const given = new Set<number>();

/** A port of 127.0.0.1 that is free, and stays ours over restarts of a service. */
export async function pickPort(): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const port = randomInt(lowest, highest);
    if (given.has(port) || !(await isPortFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`No free port between ${lowest} and ${highest}.`);
}
