import type { CallEvent } from '@callstream/domain';
import { createBlockedPartitions, createSkippedBatches, readRanges, within } from '@callstream/runtime';
import type { Kafka, Log, LogRecord } from '@callstream/runtime';
import { readableVersionMin, readFacts, readPositions } from '@callstream/tables';
import type { Position, Tables } from '@callstream/tables';
import type { GatewayMetrics } from '../metrics.ts';
import { applyToBoard } from './apply-to-board.ts';
import { createCallBoard } from './board.ts';
import type { CallBoard } from './board.ts';
import { createExpiry } from './expiry.ts';
import type { Retention, Expiry } from './expiry.ts';
import { loadBoard } from './load-board.ts';
import type { LoadedBoard } from './load-board.ts';
import { createCallLookUp } from './look-up.ts';
import { createProjectionStall } from './projection-stall.ts';
import type { ProjectionStall } from './projection-stall.ts';
import { createBoardProgress, epochOf } from './progress.ts';
import type { BoardProgress } from './progress.ts';
import { startLogReader } from './log-reader.ts';
import type { LogReader } from './log-reader.ts';
import { sleep } from './sleep.ts';
import { createOutage } from './outage.ts';
import { monitorLag } from './monitor-lag.ts';

/** How often the board is looked after: positions of the projection, calls that leave; in ms. */
const careEveryMs = 2_500;
/** Longest that Postgres is waited for when asked how far it is, in ms. */
const askMsMax = 3_000;
const retryMsMin = 250;
const retryMsMax = 5_000;
/** Longest that it takes to end, in ms: what is being waited for may be away. */
const closeMsMax = 3_000;

export interface MaintainBoardOptions {
  readonly kafka: Kafka;
  readonly db: Tables;
  readonly topic: string;
  readonly keeping: Retention;
  readonly onChanged: () => void;
  readonly onEvents: (events: readonly CallEvent[]) => void;
  readonly metrics: Pick<GatewayMetrics, 'boardDelaySeconds' | 'unreadable'>;
  readonly log: Log;
}

/** The board, kept up with the log until disposed, whatever of Kafka and Postgres is away meanwhile. */
export interface MaintainedBoard extends AsyncDisposable {
  readonly board: CallBoard;
  readonly progress: BoardProgress;
  readonly leaving: Expiry;
  /** null until it was loaded for the first time. */
  readonly resumableFrom: () => ReadonlyMap<number, number> | null;
  /** Positions of the projection, from Postgres. @throws while it is away */
  readonly projected: () => Promise<ReadonlyMap<number, number>>;
  /** Records of the log that the tables have, and those that they do not have, when Postgres was last asked. */
  readonly projection: () => { readonly records: number; readonly lag: number };
  /** Whether they make progress. */
  readonly stall: Pick<ProjectionStall, 'ms' | 'describe'>;
  /** Rejects when it cannot go on by itself. */
  readonly failure: Promise<never>;
  /** null, or what is wrong. */
  readonly problem: () => string | null;
  /** null, or that the tables are of a version before the first that this gateway reads whole. */
  readonly outdated: () => string | null;
  /** null, or that a partition stands still until an operator decides, while the others go on. */
  readonly heldUp: () => string | null;
}

export function maintainBoard({
  kafka,
  db,
  topic,
  keeping,
  onChanged,
  onEvents,
  metrics,
  log,
}: MaintainBoardOptions): MaintainedBoard {
  const stopping = new AbortController();
  const { signal } = stopping;
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const board = createCallBoard();
  const progress = createBoardProgress(Date.now);
  const stall = createProjectionStall();
  const leaving = createExpiry(board, keeping, Date.now());
  const { lookUp, back } = createCallLookUp((callIds) => readFacts(db, callIds), log);
  const applying = { board, progress, leaving, lookUp, onEvents };
  const withPostgres = createOutage('Postgres', log);
  const withEnds = createOutage('Kafka', log);
  const withReading = createOutage('The log', log);
  const skipped = createSkippedBatches({ kafka, topic, log });
  const heldUp = createBlockedPartitions(skipped, log, metrics.unreadable);
  let loaded: LoadedBoard | null = null;
  let reading: LogReader | null = null;
  let version = readableVersionMin;
  let inTables: ReadonlyMap<number, number> = new Map();
  let working: Promise<unknown> = Promise.resolve();

  const beginReading = (): LogReader => {
    const onApplied = (receivedAt: number): void => {
      metrics.boardDelaySeconds.observe(Math.max(0, Date.now() - receivedAt) / 1_000);
      withReading.over();
      onChanged();
    };
    const begun = startLogReader({
      ...applying,
      ...{ kafka, topic, onApplied, heldUp, trouble: withReading, signal, log },
    });
    const watching = monitorLag({ kafka, topic, progress, heldUp, reading: begun, withEnds, withReading, signal, log });
    working = Promise.all([begun.ended, watching, working]);
    return begun;
  };

  /** Takes over what Postgres has. What was missed is read again from there, beside the reading that goes on. */
  const takeOver = async (): Promise<void> => {
    const settled = progress.settle();
    const before = loaded;
    const found = await loadBoard({ db, kafka, topic, board, leaving, keeping, log });
    back();
    if (before && before.positions[0]?.logId !== found.positions[0]?.logId)
      return reject(new Error('The tables are of another log than the one that is on the board: it begins anew.'));
    const reached = progress.positions();
    const isSame = progress.epoch() === epochOf(found.positions);
    loaded = found;
    progress.start(found.positions);
    // By other rules: everything from there on is read anew.
    if (!reading) reading = beginReading();
    else if (!isSame) reading.restart();
    else await readAgain(found.positions, reached);
    settled();
    onChanged();
  };

  /** What comes after `from`, and has been read already. */
  const readAgain = (from: readonly Position[], reached: ReadonlyMap<number, number>): Promise<void> => {
    const ranges = from.map(
      ({ partition, nextOffset }) => [partition, { from: nextOffset, to: reached.get(partition) ?? 0 }] as const,
    );
    const onRecords = (records: readonly LogRecord[]) => applyToBoard(applying, records[0]?.partition ?? 0, records);
    return readRanges(kafka, { topic, ranges: new Map(ranges), onRecords, onUnreadable: skipped.check, log });
  };

  /** Notes as missing what a projection does not have that is behind where it was: it was swapped for an older one. */
  const compare = (positions: readonly Position[], seen: Map<number, number>): void => {
    for (const { partition, nextOffset } of positions) {
      if (nextOffset < (seen.get(partition) ?? 0)) progress.missed(partition, nextOffset);
      seen.set(partition, nextOffset);
    }
  };

  const care = async (): Promise<void> => {
    const seen = new Map<number, number>();
    for (let wait = retryMsMin; !signal.aborted; await sleep(signal, wait)) {
      try {
        if (!loaded) await takeOver();
        const positions = await within(askMsMax, readPositions(db));
        compare(positions, seen);
        inTables = offsetsOf(positions);
        version = positions[0]?.version ?? version;
        stall.observe(inTables, progress.recordEnds());
        if (epochOf(positions) !== progress.epoch() || progress.isMissing()) await takeOver();
        leaving.sweep(Date.now(), inTables);
        withPostgres.over();
        wait = careEveryMs;
      } catch (error) {
        withPostgres.note(error);
        stall.reset();
        leaving.sweep(Date.now(), null);
        wait = Math.min(wait * 2, retryMsMax);
      }
      onChanged();
    }
  };

  const caring = care();
  return {
    ...{ board, progress, leaving, stall, failure, heldUp: heldUp.describe },
    outdated: () =>
      version < readableVersionMin
        ? `The tables are of projection version ${version}, and this gateway needs ${readableVersionMin} or later: it cannot list the events of calls. Rebuild the tables, or run a gateway of their version: docs/upgrade.md.`
        : null,
    resumableFrom: () => loaded?.resumableFrom ?? null,
    projected: async () => offsetsOf(await within(askMsMax, readPositions(db))),
    projection: () => ({
      records: [...inTables.values()].reduce((sum, next) => sum + next, 0),
      lag: progress.behind(inTables),
    }),
    problem: () => {
      if (!loaded) return withPostgres.describe() ?? 'The board is not loaded yet.';
      const trouble = withPostgres.describe() ?? withEnds.describe() ?? withReading.describe();
      return trouble ?? (reading?.isReading() ? null : 'Kafka is not read yet.');
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      const ended = caring.then(() => working);
      await within(closeMsMax, ended).catch(() => log.warn('board.cut-off'));
    },
  };
}

const offsetsOf = (positions: readonly Position[]): Map<number, number> =>
  new Map(positions.map(({ partition, nextOffset }) => [partition, nextOffset]));
