import { setImmediate } from 'node:timers/promises';

/** From this length on, in bytes, the parsing of a body takes long enough (about 30 ms a MB) that others must not wait for several. */
const largeBytes = 64 * 1024;

/** Waits until a body may be parsed: at once, but large ones one after the other, with the work of all other requests between. */
type AwaitTurn = (body: Buffer) => Promise<void> | undefined;

export function createTurnsOfLargeBodies(): AwaitTurn {
  let last = Promise.resolve();
  return (body) => (body.length < largeBytes ? undefined : (last = last.then(() => setImmediate())));
}
