import { until } from '@callstream/stack';

/** What the log of an ingest with INGEST_WORKERS says about its workers. */
export interface FollowedWorkers {
  /** To be called with each line of its output. */
  readonly readLine: (line: string) => void;
  /** Process of a worker that has started. */
  readonly pidOf: (worker: number) => number;
  /** Resolves when the worker has started so many times. */
  readonly untilStarted: (worker: number, times: number) => Promise<void>;
  /** Workers that ended though they were not asked to. */
  readonly ends: () => readonly WorkerLine[];
  /** Workers that were killed because they hung. */
  readonly hangs: () => readonly WorkerLine[];
}

interface WorkerLine {
  readonly msg: string;
  readonly worker: number;
  readonly pid: number;
  readonly reason?: string;
}

export function followWorkers(): FollowedWorkers {
  const lines: WorkerLine[] = [];
  const startsOf = (worker: number): WorkerLine[] =>
    lines.filter((line) => line.msg === 'worker.started' && line.worker === worker);
  return {
    readLine: (line) => {
      if (line.includes('"worker.')) lines.push(JSON.parse(line) as WorkerLine);
    },
    pidOf: (worker) => startsOf(worker).at(-1)?.pid ?? 0,
    untilStarted: async (worker, times) => {
      await until(() => startsOf(worker).length >= times, {
        onTimeout: () => new Error(`Worker ${worker} has not started ${times} times.\n${JSON.stringify(lines)}`),
      });
    },
    ends: () => lines.filter(({ msg }) => msg === 'worker.ended'),
    hangs: () => lines.filter(({ msg }) => msg === 'worker.hangs'),
  };
}
