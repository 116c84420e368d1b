import { serialize } from 'node:v8';
import type { Log } from '@callstream/runtime';
import type { EventRecord } from '../record.ts';
import { createBatcher } from '../batcher.ts';
import { emptyStatus, unknownPartition } from './messages.ts';
import type { SpooledRecord, SpoolStatus, SpoolBatch } from './messages.ts';
import { startThread } from './thread.ts';

/** Longest that the disk may take for what it is given at once, in ms. With the 2.5 s of Kafka it makes the 4 s in which a sender is answered. */
const diskWithinMs = 1_200;
/** Records that leave the spool together: few enough that live events get between them. */
const takeMax = { recordsMax: 500, bytesMax: 256 * 1024 };
/** What is committed together, in bytes. */
const commitBytesMax = 4 * 1024 * 1024;
/** What an event usually takes, in bytes; about. */
const usualBytes = 1_024;

/** The spool has as much as it may have. */
class SpoolFull extends Error {
  override readonly name = 'SpoolFull';
}

/** Keeps events on disk until Kafka takes them. */
export interface Spool extends AsyncDisposable {
  /** Resolves when the disk has it. @throws {SpoolFull}, DeadlineExceeded, or what the disk said */
  readonly add: (record: EventRecord) => Promise<void>;
  /** The next records of a lane, all of one segment; null if there is none. */
  readonly take: (lane: number) => Promise<SpoolBatch | null>;
  /** What was taken need not be sent again. */
  readonly drained: (taken: SpoolBatch) => Promise<void>;
  /** The one record that was taken is refused for good: it is set aside. */
  readonly refuse: (taken: SpoolBatch, reason: string) => Promise<void>;
  readonly status: () => SpoolStatus;
  /** Has `listener` called whenever something was stored, sent or set aside. */
  readonly watch: (listener: () => void) => void;
  /** Why it would not take an event now, or null. */
  readonly trouble: () => string | null;
  /** Rejects if the spool ends by itself. */
  readonly failure: Promise<never>;
}

export interface SpoolOptions {
  readonly dir: string;
  /** About what it may take of the disk. */
  readonly bytesMax: number;
  readonly log: Log;
}

/** @throws {Error} naming cause and remedy if the folder cannot be used */
export async function openSpool({ dir, bytesMax, log }: SpoolOptions): Promise<Spool> {
  const listeners: (() => void)[] = [];
  const thread = startThread(() => {
    for (const listener of listeners) listener();
  });
  try {
    await thread.call({ do: 'open', dir });
  } catch (error) {
    await thread[Symbol.asyncDispose]();
    throw new Error(
      `The spool in ${dir} cannot be opened: ${(error as Error).message} Without a spool (SPOOL_MAX_BYTES=0) events are refused while Kafka is away.`,
      { cause: error },
    );
  }
  const { torn, readable } = thread.status();
  if (readable !== null) log.warn({ dir, reason: readable }, 'spool.not-private');
  for (const file of torn) log.error({ dir, file }, 'spool.torn-file');
  const commit = async (records: readonly EventRecord[]): Promise<void> => {
    try {
      await thread.call({ do: 'append', records: serialize(records.map(spooled)) });
      failed = undefined;
    } catch (error) {
      failed = error as Error;
      log.error({ records: records.length, reason: failed.message }, 'spool.failed');
      throw error;
    }
  };
  let failed: Error | undefined;
  const commits = createBatcher(commit, {
    withinMs: diskWithinMs,
    countsFrom: 'sent',
    fits: upTo(commitBytesMax),
  });
  const hasRoomFor = (bytes: number): boolean => thread.status().bytes + commits.bytes() + bytes <= bytesMax;
  return {
    add: (record) =>
      hasRoomFor(record.bytes)
        ? commits.add(record)
        : Promise.reject(new SpoolFull(`The spool has ${bytesMax} bytes, which is all it may have.`)),
    take: (lane) => thread.call({ do: 'take', lane, ...takeMax }),
    drained: async ({ lane, segment, records }) => {
      const id = records.at(-1)?.id;
      if (id !== undefined) await thread.call({ do: 'drained', lane, segment, id, records: records.length });
    },
    refuse: async ({ lane, segment, records }, reason) => {
      const id = records[0]?.id;
      if (id !== undefined) await thread.call({ do: 'refuse', lane, segment, id, reason });
    },
    status: thread.status,
    watch: (listener) => void listeners.push(listener),
    trouble: () => (failed ? 'The disk of the spool failed.' : hasRoomFor(usualBytes) ? null : 'The spool is full.'),
    failure: thread.failure,
    [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose](),
  };
}

/** A spool that takes nothing. */
export const noSpool = (): Spool => ({
  add: () => Promise.reject(new SpoolFull('There is no spool.')),
  take: () => Promise.resolve(null),
  drained: () => Promise.resolve(),
  refuse: () => Promise.resolve(),
  status: () => emptyStatus,
  watch: () => undefined,
  trouble: () => 'There is no spool.',
  failure: new Promise<never>(() => undefined),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

const spooled = ({ topic, key, partition, value, headers, bytes }: EventRecord): SpooledRecord => {
  const at = Date.now();
  return { lane: partition ?? unknownPartition, at, bytes, topic, key, value, headers: JSON.stringify(headers) };
};

/** A batch of at most so many bytes, or of one record. */
const upTo = (bytesMax: number) => () => {
  let sum = 0;
  return ({ bytes }: { bytes: number }): boolean => (sum === 0 || sum + bytes <= bytesMax ? (sum += bytes) > 0 : false);
};
