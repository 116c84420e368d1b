import { serialize } from 'node:v8';
import { errorText, isProgrammingError } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import { createBatcher } from './batcher.ts';
import { emptyStatus, unknownPartition } from './messages.ts';
import type { SpoolBatch, SpooledRecord, SpoolStatus } from './messages.ts';
import { startThread } from './thread.ts';

/** Deadline of one commit to the disk, in ms. With 2.5 s for Kafka, a sender has its answer within 4 s. */
const diskDeadlineMs = 1_200;
/** Limits of a batch that leaves the spool: small, so that live events get between two batches. */
const takeMax = { recordsMax: 500, bytesMax: 256 * 1024 };
/** Limit of a commit, in bytes. */
const commitBytesMax = 4 * 1024 * 1024;
/** Approximate size of a typical event, in bytes. */
const typicalBytes = 1_024;

/** The spool has reached its limit. */
class SpoolFull extends Error {
  override readonly name = 'SpoolFull';
}

/** A record to store. */
export interface SpoolItem extends Omit<SpooledRecord, 'partition' | 'at' | 'headers'> {
  /** Records of one partition stay in order; null: not known yet. */
  readonly partition: number | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Stores events on disk until their receiver acknowledges them: Kafka, or ingest. */
export interface Spool extends AsyncDisposable {
  /** Resolves when the record is synced to the disk. @throws {SpoolFull}, DeadlineExceeded, or the error of the disk */
  readonly add: (record: SpoolItem) => Promise<void>;
  /** The next records of a partition, all of one segment; null if there are none. */
  readonly take: (partition: number) => Promise<SpoolBatch | null>;
  /** The batch was sent, and need not be sent again. */
  readonly markDrained: (batch: SpoolBatch) => Promise<void>;
  /** Quarantines the only record of the batch, which its receiver rejected permanently. */
  readonly quarantine: (batch: SpoolBatch, reason: string) => Promise<void>;
  readonly status: () => SpoolStatus;
  /** Calls `listener` whenever records were stored, sent or quarantined. */
  readonly onChange: (listener: () => void) => void;
  /** Whether an event would be refused because of its limit. */
  readonly isFull: () => boolean;
  /** Why an event would be refused now, or null. */
  readonly unavailableReason: () => string | null;
  /** Rejects if the spool's thread ends on its own. */
  readonly failure: Promise<never>;
}

/** What errors and metrics of a spool name. */
export interface SpoolNames {
  /** The setting of its limit. */
  readonly bytesMaxSetting: string;
  /** What to do if its folder cannot be used; may be empty. */
  readonly remedy: string;
  /** Of its metrics. */
  readonly metricsPrefix: string;
  /** What its events wait for. */
  readonly receiver: string;
}

/** How large a spool may get, if it shares its limit with others. */
export interface SpoolRoom {
  /** Size that it may have now, in bytes. */
  readonly bytes: () => number;
  /** Asks for a size of `bytes`. Resolves with whether it may have that size. */
  readonly grow: (bytes: number) => Promise<boolean>;
  /** Whether the last request was refused. */
  readonly isExhausted: () => boolean;
}

/** `used`: current size, in bytes. */
export type CreateRoom = (used: () => number) => SpoolRoom;

/** All of `bytesMax`. */
export const wholeRoom =
  (bytesMax: number): CreateRoom =>
  () => ({ bytes: () => bytesMax, grow: () => Promise.resolve(false), isExhausted: () => true });

export interface SpoolOptions {
  readonly dir: string;
  /** Approximate limit of its size on disk, in bytes. */
  readonly bytesMax: number;
  /** Default: {@link wholeRoom}. */
  readonly createRoom?: CreateRoom;
  /** How long to wait for another process that has the folder open, in ms. */
  readonly lockWaitMs?: number;
  readonly names: SpoolNames;
  readonly log: Log;
}

/** @throws {Error} naming cause and remedy if the folder cannot be used */
export async function openSpool({
  dir,
  bytesMax,
  createRoom = wholeRoom(bytesMax),
  lockWaitMs = 0,
  names,
  log,
}: SpoolOptions): Promise<Spool> {
  const listeners: (() => void)[] = [];
  const thread = startThread(() => {
    for (const listener of listeners) listener();
  });
  try {
    await thread.call({ do: 'open', dir, lockWaitMs });
  } catch (error) {
    await thread[Symbol.asyncDispose]();
    throw new Error(`The spool in ${dir} cannot be opened: ${(error as Error).message} ${names.remedy}`.trimEnd(), {
      cause: error,
    });
  }
  const room = createRoom(() => thread.status().bytes);
  const { torn, readable } = thread.status();
  if (readable !== null) log.warn({ dir, reason: readable }, 'spool.not-private');
  for (const file of torn) log.error({ dir, file }, 'spool.torn-file');
  let commitError: Error | undefined;
  const commit = async (records: readonly SpoolItem[]): Promise<void> => {
    try {
      await thread.call({ do: 'append', records: serialize(records.map(spooled)) });
      commitError = undefined;
    } catch (error) {
      commitError = error as Error;
      const reason = isProgrammingError(error) ? errorText(error) : commitError.message;
      log.error({ records: records.length, reason }, 'spool.failed');
      throw error;
    }
  };
  const commits = createBatcher(commit, {
    deadlineMs: diskDeadlineMs,
    deadlineStarts: 'sent',
    fits: upTo(commitBytesMax),
  });
  const sizeWith = (bytes: number): number => thread.status().bytes + commits.bytes() + bytes;
  const hasRoomFor = (bytes: number): boolean => sizeWith(bytes) <= room.bytes();
  const isFull = (): boolean => !hasRoomFor(typicalBytes) && room.isExhausted();
  const addIfItGrows = async (record: SpoolItem): Promise<void> => {
    while (!hasRoomFor(record.bytes))
      if (!(await room.grow(sizeWith(record.bytes))))
        throw new SpoolFull(`The spool is full: ${names.bytesMaxSetting}=${bytesMax}.`);
    return commits.add(record);
  };
  return {
    add: (record) => (hasRoomFor(record.bytes) ? commits.add(record) : addIfItGrows(record)),
    take: (partition) => thread.call({ do: 'take', partition, ...takeMax }),
    markDrained: async ({ partition, segment, records }) => {
      const id = records.at(-1)?.id;
      if (id !== undefined) await thread.call({ do: 'markDrained', partition, segment, id, records: records.length });
    },
    quarantine: async ({ partition, segment, records }, reason) => {
      const id = records[0]?.id;
      if (id !== undefined) await thread.call({ do: 'quarantine', partition, segment, id, reason });
    },
    status: thread.status,
    onChange: (listener) => void listeners.push(listener),
    isFull,
    unavailableReason: () => (commitError ? 'The disk of the spool failed.' : isFull() ? 'The spool is full.' : null),
    failure: thread.failure,
    [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose](),
  };
}

/** Where there is no spool: refuses every record. */
export const noSpool = (): Spool => ({
  add: () => Promise.reject(new SpoolFull('There is no spool.')),
  take: () => Promise.resolve(null),
  markDrained: () => Promise.resolve(),
  quarantine: () => Promise.resolve(),
  status: () => emptyStatus,
  onChange: () => undefined,
  isFull: () => true,
  unavailableReason: () => 'There is no spool.',
  failure: new Promise<never>(() => undefined),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

const spooled = ({ topic, key, partition, value, headers, bytes }: SpoolItem): SpooledRecord => ({
  partition: partition ?? unknownPartition,
  at: Date.now(),
  bytes,
  topic,
  key,
  value,
  headers: JSON.stringify(headers),
});

/** Limits a batch to `bytesMax`; a larger record is a batch of its own. No record overtakes one that has to wait for the next batch. */
const upTo = (bytesMax: number) => () => {
  let sum = 0;
  let isFull = false;
  return ({ bytes }: { bytes: number }): boolean => {
    isFull ||= sum > 0 && sum + bytes > bytesMax;
    if (!isFull) sum += bytes;
    return !isFull;
  };
};
