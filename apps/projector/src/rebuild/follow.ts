import { setTimeout as sleep } from 'node:timers/promises';
import { align, followTopic, uuidOf } from '@callstream/runtime';
import type { Batch, Consumption, Kafka, Log } from '@callstream/runtime';
import { PositionMoved, project, readPositions, withConnection } from '@callstream/tables';
import type { Move, Position, Tables } from '@callstream/tables';
import { keepTrying } from '../keep-trying.ts';
import { understand } from '../understand.ts';
import { projectionVersion } from '../version.ts';
import { leavingOut } from './leave-out.ts';

const concurrency = 4;
/** While it catches up, everybody waits. */
const catchUpPollMs = 5;

export interface FollowOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** The tables that are to keep up with the log, and that only we write. */
  readonly db: Tables;
  readonly positions: Map<number, number>;
  readonly onProgress: (partition: number, next: number) => void;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Tells the operator. */
  readonly say: (line: string) => void;
}

/** Keeps tables that are not live up with the log, until disposed. */
export interface Follower extends Consumption {
  /** Records that the tables do not have yet, of a log that ends at `ends`. */
  readonly behind: (ends: ReadonlyMap<number, { readonly high: number }>) => number;
  /** Waits until the tables are where `live` is, and then writes no more until `resume`. False: not within `ms`. */
  readonly catchUp: (live: readonly Position[], ms: number) => Promise<boolean>;
  readonly resume: () => void;
}

export async function follow({ kafka, topic, db, positions, ...options }: FollowOptions): Promise<Follower> {
  const { onProgress, signal, log, say } = options;
  const writing = new Set<Promise<number>>();
  let paused: PromiseWithResolvers<undefined> | undefined;

  const write = async ({ partition, records }: Batch): Promise<number> => {
    const expected = positions.get(partition) ?? 0;
    const aligned = align(records, expected);
    const last = aligned.kind === 'known' ? undefined : aligned.records.at(-1);
    if (aligned.kind === 'known' || !last) return expected;
    const next = last.offset + 1;
    const move = {
      partition,
      expected,
      next,
      version: projectionVersion,
      last: { uuid: uuidOf(last), timestamp: last.timestamp },
    };
    const reached = await leavingOut({ kafka, topic, signal, say, log }, async (leaveOut) => {
      // What is no event is on the DLQ already: the live projector put it there.
      const { batch } = understand(aligned.records.filter((record) => !leaveOut(record)));
      return withConnection(db, (client) => project(client, { moves: [move], batch })).then(
        () => next,
        (error: unknown) => positionAfter(error, db, move),
      );
    });
    positions.set(partition, reached);
    onProgress(partition, reached);
    return reached;
  };
  const onBatch = async (batch: Batch): Promise<number> => {
    while (paused) await paused.promise;
    const written = keepTrying(() => write(batch), { signal, onRetry: () => undefined, log });
    writing.add(written);
    return written.finally(() => writing.delete(written));
  };
  const resume = (): void => {
    paused?.resolve(undefined);
    paused = undefined;
  };
  const reading = await followTopic(kafka, {
    name: 'rebuild',
    topic,
    concurrency,
    positions: () => positions,
    onBatch,
    log,
  });
  return {
    failure: reading.failure,
    behind: (ends) =>
      [...ends].reduce((sum, [partition, { high }]) => sum + Math.max(0, high - (positions.get(partition) ?? 0)), 0),
    catchUp: async (live, ms) => {
      const deadline = performance.now() + ms;
      const has = (): boolean =>
        live.every(({ partition, nextOffset }) => (positions.get(partition) ?? Infinity) >= nextOffset);
      while (!has() && performance.now() < deadline) await sleep(catchUpPollMs);
      if (!has()) return false;
      paused ??= Promise.withResolvers();
      await Promise.all(writing);
      return true;
    },
    resume,
    [Symbol.asyncDispose]: async () => {
      resume();
      await reading[Symbol.asyncDispose]();
    },
  };
}

/** Nobody else writes here: a position that moved is that of a commit of ours whose answer was lost. @throws any other `error` */
async function positionAfter(error: unknown, db: Tables, { partition, expected }: Move): Promise<number> {
  if (!(error instanceof PositionMoved)) throw error;
  const now = (await readPositions(db)).find((position) => position.partition === partition)?.nextOffset ?? 0;
  if (now <= expected) throw error;
  return now;
}
