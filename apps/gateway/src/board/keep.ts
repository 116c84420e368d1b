import { setTimeout as pause } from 'node:timers/promises';
import type { CallEvent } from '@callstream/domain';
import { endOffsets, readRanges, within } from '@callstream/runtime';
import type { Kafka, Log, LogRecord } from '@callstream/runtime';
import { readPositions } from '@callstream/tables';
import type { Position, Tables } from '@callstream/tables';
import { apply } from './apply.ts';
import { createBoard } from './board.ts';
import type { Board } from './board.ts';
import { follow } from './follow.ts';
import { createLeaving } from './leaving.ts';
import type { Keeping, Leaving } from './leaving.ts';
import { load } from './load.ts';
import type { Loaded } from './load.ts';
import { createLookUp } from './look-up.ts';
import { createProgress, epochOf } from './progress.ts';
import type { Progress } from './progress.ts';
import { createTrouble } from './trouble.ts';

/** How often the board is looked after: ends of the log, positions of the projection, calls that leave; in ms. */
const careEveryMs = 2_500;
/** Longest that Kafka or Postgres is waited for when asked how far they are, in ms. */
const askMsMax = 3_000;
const retryMsMin = 250;
const retryMsMax = 5_000;
/** Longest that it takes to end, in ms: what is being waited for may be away. */
const closeMsMax = 3_000;
/** Records wait, and for so long none was read: the consumer is started anew; in ms. */
const stalledMsMax = 30_000;

export interface KeepingBoard {
  readonly kafka: Kafka;
  readonly db: Tables;
  readonly topic: string;
  readonly keeping: Keeping;
  readonly onChanged: () => void;
  readonly onEvents: (events: readonly CallEvent[]) => void;
  readonly log: Log;
}

/** The board, kept up with the log until disposed, whatever of Kafka and Postgres is away meanwhile. */
export interface KeptBoard extends AsyncDisposable {
  readonly board: Board;
  readonly progress: Progress;
  readonly leaving: Leaving;
  /** null until it was loaded for the first time. */
  readonly resumableFrom: () => ReadonlyMap<number, number> | null;
  /** Positions of the projection, from Postgres. @throws while it is away */
  readonly projected: () => Promise<ReadonlyMap<number, number>>;
  /** null, or what is wrong. */
  readonly problem: () => string | null;
}

export function keepBoard({ kafka, db, topic, keeping, onChanged, onEvents, log }: KeepingBoard): KeptBoard {
  const stopping = new AbortController();
  const { signal } = stopping;
  const board = createBoard();
  const progress = createProgress(Date.now);
  const leaving = createLeaving(board, keeping, Date.now());
  const { lookUp, back } = createLookUp(db, log);
  const applying = { board, progress, leaving, lookUp, onEvents };
  const loading = { db, kafka, topic, board, leaving, keeping, log };
  const withPostgres = createTrouble('Postgres', log);
  const withEnds = createTrouble('Kafka', log);
  const withReading = createTrouble('The log', log);
  let loaded: Loaded | null = null;
  let restart = new AbortController();
  let isReading = false;

  /** Takes over what Postgres has. What was missed is read again from there, beside the reading that goes on. */
  const takeOver = async (): Promise<void> => {
    const settled = progress.settle();
    const before = progress.epoch();
    const found = await load(loading);
    back();
    const reached = progress.positions();
    loaded = found;
    progress.start(found.positions);
    if (progress.epoch() !== before) {
      // Another projection, perhaps of another log: everything from there on is read anew.
      restart.abort();
    } else {
      const ranges = found.positions.map(({ partition, nextOffset }) => {
        return [partition, { from: nextOffset, to: reached.get(partition) ?? 0 }] as const;
      });
      const onRecords = (records: readonly LogRecord[]) => apply(applying, records[0]?.partition ?? 0, records);
      await readRanges(kafka, { topic, ranges: new Map(ranges), onRecords, log });
    }
    settled();
    onChanged();
  };

  /** Whether the projection is the one that the board began with, and not behind where it was. */
  const compare = (positions: readonly Position[], seen: Map<number, number>): boolean => {
    let same = epochOf(positions) === progress.epoch();
    for (const { partition, nextOffset } of positions) {
      if (nextOffset < (seen.get(partition) ?? 0)) same = false;
      seen.set(partition, nextOffset);
    }
    return same;
  };

  const onApplied = (): void => {
    withReading.over();
    onChanged();
  };

  const read = async (): Promise<void> => {
    while (!loaded && !signal.aborted) await rest(signal, retryMsMin);
    for (let wait = retryMsMin; !signal.aborted; wait = Math.min(wait * 2, retryMsMax)) {
      restart = new AbortController();
      const again = AbortSignal.any([signal, restart.signal]);
      try {
        await using following = await follow({
          ...{ ...applying, kafka, topic, onApplied, log },
          onJoin: () => (isReading = true),
        });
        await Promise.race([following.failure, aborted(again)]);
        wait = retryMsMin / 2;
      } catch (error) {
        withReading.note(error);
        isReading = false;
        await rest(again, wait);
      }
    }
  };

  const care = async (): Promise<void> => {
    const seen = new Map<number, number>();
    for (let wait = retryMsMin; !signal.aborted;) {
      try {
        if (!loaded) await takeOver();
        else {
          const positions = await within(askMsMax, readPositions(db));
          if (!compare(positions, seen) || progress.isMissing()) await takeOver();
          leaving.sweep(Date.now(), new Map(positions.map((one) => [one.partition, one.nextOffset])));
        }
        withPostgres.over();
        wait = careEveryMs;
      } catch (error) {
        withPostgres.note(error);
        leaving.sweep(Date.now(), null);
        wait = Math.min(wait * 2, retryMsMax);
      }
      onChanged();
      await rest(signal, wait);
    }
  };

  const watchEnds = async (): Promise<void> => {
    let progressAt = performance.now();
    let lag = 0;
    for (; !signal.aborted; await rest(signal, careEveryMs)) {
      if (!loaded) continue;
      const askedAt = Date.now();
      try {
        progress.sawEnds(await within(askMsMax, endOffsets(kafka, topic, signal)), askedAt);
        withEnds.over();
      } catch (error) {
        withEnds.note(error);
        continue;
      }
      if (progress.lag() === 0 || progress.lag() < lag) progressAt = performance.now();
      if (isReading && progress.asOf() >= askedAt) withReading.over();
      lag = progress.lag();
      if (performance.now() - progressAt < stalledMsMax) continue;
      log.error({ lag }, 'board.stalled');
      progressAt = performance.now();
      restart.abort();
    }
  };

  const working = Promise.all([read(), care(), watchEnds()]);
  return {
    ...{ board, progress, leaving },
    resumableFrom: () => loaded?.resumableFrom ?? null,
    projected: async () => {
      const positions = await within(askMsMax, readPositions(db));
      return new Map(positions.map(({ partition, nextOffset }) => [partition, nextOffset]));
    },
    problem: () => {
      if (!loaded) return withPostgres.describe() ?? 'The board is not loaded yet.';
      return (
        withPostgres.describe() ??
        withEnds.describe() ??
        withReading.describe() ??
        (isReading ? null : 'Kafka is not read yet.')
      );
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await within(closeMsMax, working).catch(() => log.warn('board.cut-off'));
    },
  };
}

/** Waits; not longer than until it is aborted. */
const rest = (signal: AbortSignal, ms: number): Promise<void> =>
  pause(ms, undefined, { signal }).catch(() => undefined);

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
