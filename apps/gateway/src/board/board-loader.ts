import type { CallEvent } from '@callstream/domain';
import { createBlockedPartitions, createSkippedBatches, readRanges } from '@callstream/runtime';
import type { BlockedPartitions, Kafka, Log, LogRecord } from '@callstream/runtime';
import { readFacts } from '@callstream/tables';
import type { Position, Tables } from '@callstream/tables';
import type { GatewayMetrics } from '../metrics.ts';
import { applyToBoard } from './apply-to-board.ts';
import type { BoardState } from './board-state.ts';
import { loadBoard } from './load-board.ts';
import { startLogReader } from './log-reader.ts';
import type { LogReader } from './log-reader.ts';
import { createCallLookUp } from './look-up.ts';
import { createOutage } from './outage.ts';
import { epochOf } from './progress.ts';

export interface BoardLoaderOptions {
  readonly kafka: Kafka;
  readonly db: Tables;
  readonly topic: string;
  readonly state: BoardState;
  readonly onChanged: () => void;
  readonly onEvents: (events: readonly CallEvent[]) => void;
  /** The tables are of another log than the board, or a bug stops its maintenance: only a new process can help. */
  readonly onFailed: (error: unknown) => void;
  readonly metrics: Pick<GatewayMetrics, 'boardDelaySeconds' | 'unreadable'>;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Loads the board from Postgres and has it follow the log from there.
 *
 * ```
 *           load                  load, same epoch: reads what was missing again
 *  empty ────────▶ following ◀──┐ load, other epoch: restarts the reader
 *                    │    └─────┘
 *                    │ load, other log
 *                    ▼
 *                  failed
 * ```
 */
export interface BoardLoader {
  /** @throws while Postgres is not available, or Kafka lacks the missing records */
  readonly load: () => Promise<void>;
  /** null, or why the log is not followed. */
  readonly problem: () => string | null;
  readonly blocked: BlockedPartitions;
  /** Resolves once the signal was aborted and the reader has ended. */
  readonly ended: () => Promise<unknown>;
}

export function createBoardLoader(options: BoardLoaderOptions): BoardLoader {
  const { kafka, db, topic, state, onChanged, onEvents, onFailed, metrics, log } = options;
  const { progress } = state;
  const { lookUp, back } = createCallLookUp((callIds) => readFacts(db, callIds), log);
  const applying = { state, lookUp, onEvents };
  const kafkaOutage = createOutage('Kafka', log);
  const logOutage = createOutage('The log', log);
  const skipped = createSkippedBatches({ kafka, topic, log });
  const blocked = createBlockedPartitions(skipped, log, metrics.unreadable);
  let reader: LogReader | null = null;

  const onApplied = (receivedAt: number): void => {
    metrics.boardDelaySeconds.observe(Math.max(0, Date.now() - receivedAt) / 1_000);
    logOutage.over();
    onChanged();
  };
  /** Applies the records from these positions to what was read before. */
  const readAgain = (from: readonly Position[], readUntil: ReadonlyMap<number, number>): Promise<void> => {
    const ranges = from.map(
      ({ partition, nextOffset }) => [partition, { from: nextOffset, to: readUntil.get(partition) ?? 0 }] as const,
    );
    const onRecords = (records: readonly LogRecord[]) => applyToBoard(applying, records);
    return readRanges(kafka, { topic, ranges: new Map(ranges), onRecords, onUnreadable: skipped.assertSkipped, log });
  };

  return {
    load: async () => {
      const endRepair = progress.missing.beginRepair();
      const before = state.loaded;
      const loaded = await loadBoard({ db, kafka, topic, state, log });
      back();
      if (before && before.positions[0]?.logId !== loaded.positions[0]?.logId)
        return onFailed(new Error('The tables are of another log than the board: the gateway must start again.'));
      const readUntil = progress.positions();
      const isSameEpoch = progress.epoch() === epochOf(loaded.positions);
      state.loaded = loaded;
      progress.startFrom(loaded.positions);
      if (!reader) {
        reader = startLogReader({ ...options, ...applying, onApplied, blocked, kafkaOutage, logOutage });
        reader.ended.catch(onFailed);
      } else if (!isSameEpoch) reader.restart();
      else await readAgain(loaded.positions, readUntil);
      endRepair();
      onChanged();
    },
    problem: () =>
      kafkaOutage.describe() ?? logOutage.describe() ?? (reader?.isReading() ? null : 'Kafka is not read yet.'),
    blocked,
    ended: () => reader?.ended ?? Promise.resolve(),
  };
}
