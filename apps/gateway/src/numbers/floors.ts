import type { Floor } from './floor.ts';

/** Least time from one look at the tables to the next, in ms. */
const everyMs = 1_000;
/** A look that takes long is followed by a rest so many times as long: Postgres is left to others for most of the time. */
const restPerWork = 4;

/** The newest floor, as everybody shares it: read when somebody asks, and no more often than once a second. */
export type Floors = () => Promise<Floor>;

/** @param now ms, monotonic */
export function createFloors(read: () => Promise<Floor>, now: () => number = () => performance.now()): Floors {
  let latest: Promise<Floor> | undefined;
  let nextAt = -Infinity;
  return () => {
    if (latest !== undefined && now() < nextAt) return latest;
    const began = now();
    // Until it is there, everybody waits for this one.
    nextAt = Infinity;
    latest = read().finally(() => (nextAt = began + Math.max(everyMs, (now() - began) * (1 + restPerWork))));
    return latest;
  };
}
