import { DeadlineExceeded } from '@callstream/runtime';
import { linger } from './linger.ts';

/** Limits of the queue: an item above either is refused at once. */
const queueItemsMax = 50_000;
const queueBytesMax = 128 * 1024 * 1024;
/** Interval of the check for expired items, in ms. */
const expireEveryMs = 50;

/** The queue of a batcher has reached its limit. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

interface Batchable {
  readonly bytes: number;
}

export interface BatcherOptions<T> {
  /** After this time `add` rejects, in ms. The item may still arrive if it is already in flight. */
  readonly deadlineMs: number;
  /**
   * When the deadline of an item starts. `added`: when it is added. `sent`: when the batch in flight is sent, so that items
   * survive behind batches that return, and all of them expire behind one that does not.
   */
  readonly deadlineStarts?: 'added' | 'sent';
  /** Starts a batch. The result is called once per item, in order: whether the item fits in too. The first one must fit. */
  readonly fits: () => (item: T) => boolean;
  /** Reason not to send an item any more; checked when it is added, and for waiting items after each batch. */
  readonly refuse?: (item: T) => Error | undefined;
}

export interface Batcher<T> {
  /** Resolves when the item was sent. @throws {QueueFull}, {@link DeadlineExceeded}, or whatever `send` threw for its batch */
  readonly add: (item: T) => Promise<void>;
  /** Number of items that wait or are in flight. */
  readonly depth: () => number;
  /** Their size in bytes. */
  readonly bytes: () => number;
}

interface QueuedItem<T> {
  readonly item: T;
  /** By `performance.now()`. */
  readonly addedAt: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** All items of a batcher. */
interface Pending<T> {
  waiting: QueuedItem<T>[];
  inFlight: QueuedItem<T>[];
  /** When the batch in flight was sent, by `performance.now()`. */
  sentAt: number;
  /** Size of both. */
  bytes: number;
}

/**
 * Natural batching: one batch in flight; items that arrive meanwhile, or right after it, form the next batch. There is no timer to
 * wait for: a single item is sent at once, and batches grow with the load.
 */
export function createBatcher<T extends Batchable>(
  send: (items: readonly T[]) => Promise<void>,
  { deadlineMs, deadlineStarts = 'added', fits, refuse }: BatcherOptions<T>,
): Batcher<T> {
  const pending: Pending<T> = { waiting: [], inFlight: [], sentAt: 0, bytes: 0 };
  let isRunning = false;

  const sendBatch = async (): Promise<void> => {
    const batch = startBatch(pending, fits());
    try {
      await send(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    for (const { item } of batch) pending.bytes -= item.bytes;
    pending.inFlight = [];
    if (refuse) rejectWaiting(pending, ({ item }) => refuse(item));
  };
  const run = async (): Promise<void> => {
    const expiry = startExpiry(pending, { deadlineMs, deadlineStarts });
    while (pending.waiting.length > 0) {
      await sendBatch();
      await linger(() => pending.waiting.length);
    }
    clearInterval(expiry);
    isRunning = false;
  };
  const start = (): void => {
    if (isRunning) return;
    isRunning = true;
    // After all events of this turn of the event loop, so that they are one batch.
    setImmediate(() => void run());
  };

  return {
    depth: () => pending.waiting.length + pending.inFlight.length,
    bytes: () => pending.bytes,
    add: (item) =>
      new Promise((resolve, reject) => {
        if (pending.waiting.length >= queueItemsMax || pending.bytes + item.bytes > queueBytesMax)
          return reject(new QueueFull(`The queue is full: ${queueItemsMax} events or ${queueBytesMax} bytes.`));
        const refusal = refuse?.(item);
        if (refusal) return reject(refusal);
        pending.waiting.push({ item, addedAt: performance.now(), resolve, reject });
        pending.bytes += item.bytes;
        start();
      }),
  };
}

/** Moves the items that fit into one batch from the queue into flight. */
function startBatch<T>(pending: Pending<T>, fits: (item: T) => boolean): readonly QueuedItem<T>[] {
  const batch: QueuedItem<T>[] = [];
  const remaining: QueuedItem<T>[] = [];
  for (const queued of pending.waiting) (fits(queued.item) ? batch : remaining).push(queued);
  pending.inFlight = batch;
  pending.waiting = remaining;
  pending.sentAt = performance.now();
  return batch;
}

/** Rejects every waiting item for which `errorOf` has an error, and takes it off the queue. */
function rejectWaiting<T extends Batchable>(
  pending: Pending<T>,
  errorOf: (queued: QueuedItem<T>) => Error | undefined,
): void {
  pending.waiting = pending.waiting.filter((queued) => {
    const error = errorOf(queued);
    if (error === undefined) return true;
    pending.bytes -= queued.item.bytes;
    queued.reject(error);
    return false;
  });
}

/**
 * Rejects expired items until the interval is cleared. An item expires on the second late check in a row: while a burst keeps
 * the process busy, the answer to an item may already wait in the socket buffer, and between two checks it is read.
 */
function startExpiry<T extends Batchable>(
  pending: Pending<T>,
  { deadlineMs, deadlineStarts }: Required<Pick<BatcherOptions<T>, 'deadlineMs' | 'deadlineStarts'>>,
): NodeJS.Timeout {
  let checkedAt = performance.now();
  return setInterval(() => {
    const latestStart = checkedAt - deadlineMs;
    checkedAt = performance.now();
    const isLate = ({ addedAt }: QueuedItem<T>): boolean =>
      (deadlineStarts === 'added' ? addedAt : pending.sentAt) < latestStart;
    if (!pending.inFlight.some(isLate) && !pending.waiting.some(isLate)) return;
    const error = new DeadlineExceeded(`Not done within ${deadlineMs} ms.`);
    for (const queued of pending.inFlight) if (isLate(queued)) queued.reject(error);
    rejectWaiting(pending, (queued) => (isLate(queued) ? error : undefined));
  }, expireEveryMs);
}
