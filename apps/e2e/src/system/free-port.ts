import { randomInt } from 'node:crypto';
import { isPortFree } from '@callstream/stack';

/** Below the ephemeral ports of outgoing connections, which could otherwise take the port while a service is down. */
const portMin = 20_000;
const portMax = 32_000;
const attemptsMax = 100;
const taken = new Set<number>();

/** A free port of 127.0.0.1, given out once, so that a service can be restarted on it. */
export async function pickPort(): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const port = randomInt(portMin, portMax);
    if (taken.has(port) || !(await isPortFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error(`No free port between ${portMin} and ${portMax}.`);
}
