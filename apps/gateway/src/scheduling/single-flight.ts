import type { Requester } from './requester.ts';
import { SharedTask } from './shared-task.ts';

/** Has the task done when it is the asker's turn. */
export type Schedule = <Result>(asker: Requester, task: SharedTask<Result>) => Promise<Result>;

/** Without turns. Not at once: those who ask for the same in one go share the task. */
export const scheduleNow: Schedule = (_asker, task) => Promise.resolve().then(() => task.begin());

interface Flight<Result> {
  readonly task: SharedTask<Result>;
  /** null until it has begun. */
  running: Promise<Result> | null;
  /** Who waits for it to begin. */
  waiting: number;
}

/**
 * Single-flight: requests for the same share one query, and no answer is older than its request. Who comes before the query
 * begins shares it; who comes while it runs shares the next one. It begins when it is the turn of any of them.
 */
export function createSingleFlight<Params, Result>(
  query: (params: Params) => Promise<Result>,
  enter: Schedule,
): (asker: Requester, params: Params) => Promise<Result> {
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
  const join = async (asker: Requester, key: string, flight: Flight<Result>): Promise<Result> => {
    flight.waiting++;
    try {
      return await enter(asker, flight.task);
    } finally {
      // All who waited were refused: nobody is left who has it begun.
      if (--flight.waiting === 0 && flight.running === null) flights.delete(key);
    }
  };
  const ask = (asker: Requester, params: Params): Promise<Result> => {
    const key = JSON.stringify(params);
    const flight = flights.get(key) ?? open(key, params);
    if (flight.running === null) return join(asker, key, flight);
    const again = (): Promise<Result> => ask(asker, params);
    return flight.running.then(again, again);
  };
  return ask;
}
