import type { Requester } from './requester.ts';
import { SharedTask } from './shared-task.ts';

/** Runs the task when it is the requester's turn. */
export type Schedule = <Result>(requester: Requester, task: SharedTask<Result>) => Promise<Result>;

/** Without turns. In a microtask, so that identical requests of one turn of the event loop share the task. */
export const scheduleNow: Schedule = (_requester, task) => Promise.resolve().then(() => task.begin());

/**
 * ```
 *  waiting ──turn of any requester──▶ running ──▶ ended
 *     └── all requests were refused ─────────────▶ ended
 * ```
 */
interface Flight<Result> {
  readonly task: SharedTask<Result>;
  /** null while it waits. */
  running: Promise<Result> | null;
  /** Requests that wait for it to begin. */
  waiting: number;
}

/**
 * Single-flight: identical requests share one query, and no result is older than its request. A request that comes before the
 * query begins shares it; one that comes while it runs shares the next. The query begins in the turn of any of them.
 */
export function createSingleFlight<Params, Result>(
  query: (params: Params) => Promise<Result>,
  schedule: Schedule,
): (requester: Requester, params: Params) => Promise<Result> {
  const flights = new Map<string, Flight<Result>>();

  const open = (key: string, params: Params): Flight<Result> => {
    const onEnded = (): void => void flights.delete(key);
    const task = new SharedTask(() => {
      const running = query(params);
      flight.running = running;
      running.then(onEnded, onEnded);
      return running;
    });
    const flight: Flight<Result> = { task, running: null, waiting: 0 };
    flights.set(key, flight);
    return flight;
  };
  const join = async (requester: Requester, key: string, flight: Flight<Result>): Promise<Result> => {
    flight.waiting++;
    try {
      return await schedule(requester, flight.task);
    } finally {
      // If all were refused, nobody is left to begin it.
      if (--flight.waiting === 0 && flight.running === null) flights.delete(key);
    }
  };
  const request = (requester: Requester, params: Params): Promise<Result> => {
    const key = JSON.stringify(params);
    const flight = flights.get(key) ?? open(key, params);
    if (flight.running === null) return join(requester, key, flight);
    const again = (): Promise<Result> => request(requester, params);
    return flight.running.then(again, again);
  };
  return request;
}
