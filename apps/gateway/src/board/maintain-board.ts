import { runUntilAborted, sleep } from '@callstream/resilience';
import { within } from '@callstream/runtime';
import { createBoardLoader } from './board-loader.ts';
import type { BoardLoaderOptions } from './board-loader.ts';
import { createOutage } from './outage.ts';
import { createProjectionMonitor } from './projection-monitor.ts';
import type { ProjectionMonitor } from './projection-monitor.ts';
import { epochOf } from './progress.ts';

/** How often the positions of the projection are read and calls expire, in ms. */
const refreshEveryMs = 2_500;
/** Deadline of the end, in ms: Kafka or Postgres may hang. */
const closeMsMax = 3_000;

export type MaintainBoardOptions = Omit<BoardLoaderOptions, 'onFailed' | 'signal'>;

/** The maintenance of the board, which goes on until disposed, also while Kafka or Postgres is not available. */
export interface MaintainedBoard extends AsyncDisposable {
  readonly projection: Pick<ProjectionMonitor, 'offsets' | 'stalledMs'>;
  /** Rejects if only a new process can help. */
  readonly failure: Promise<never>;
  /** null, or why clients should use another gateway. */
  readonly problem: () => string | null;
  /** What an operator should know, though another gateway would not help. */
  readonly notes: () => readonly string[];
}

export function maintainBoard(options: MaintainBoardOptions): MaintainedBoard {
  const { db, state, onChanged, log } = options;
  const { progress, expiry } = state;
  const stopping = new AbortController();
  const { signal } = stopping;
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const postgresOutage = createOutage('Postgres', log);
  const projection = createProjectionMonitor(db, progress);
  const loader = createBoardLoader({ ...options, onFailed: reject, signal });

  const refresh = async (): Promise<void> => {
    if (!state.loaded) await loader.load();
    const positions = await projection.check();
    if (epochOf(positions) !== progress.epoch() || !progress.missing.isEmpty()) await loader.load();
    expiry.sweep(Date.now(), projection.offsets());
  };
  const onFailure = (error: unknown): void => {
    postgresOutage.note(error);
    projection.unavailable();
    expiry.sweep(Date.now(), null);
    onChanged();
  };
  const refreshRegularly = async (): Promise<void> => {
    await refresh();
    postgresOutage.over();
    onChanged();
    await sleep(refreshEveryMs, signal);
  };
  const running = runUntilAborted(refreshRegularly, { signal, onFailure });
  running.catch(reject);
  return {
    projection,
    failure,
    problem: () => postgresOutage.describe() ?? (state.loaded ? loader.problem() : 'The board is not loaded yet.'),
    notes: () =>
      [projection.describeVersion(), loader.blocked.describe(), projection.describeStall()].filter(
        (note) => note !== null,
      ),
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await within(closeMsMax, running.then(loader.ended)).catch(() => log.warn('board.cut-off'));
    },
  };
}
