import { DeadlineExceeded } from '@callstream/runtime';

/** Most that may wait. What comes on top is refused at once. */
const queueItemsMax = 50_000;
const queueBytesMax = 128 * 1024 * 1024;
/** How often it is looked for what has waited too long, in ms. */
const expireEveryMs = 50;

/** Too much waits already. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

export interface BatcherOptions<T> {
  /** Longest that an item waits for its answer, in ms; what was sent of it may arrive nevertheless. */
  readonly withinMs: number;
  /**
   * From when it counts. `added`: for each item by itself. `sent`: since the batch on its way was sent, so that items wait
   * behind batches that return, and give up, all of them, on one that does not.
   */
  readonly countsFrom?: 'added' | 'sent';
  /** Begins a batch: tells of one item after the other whether it still leaves with those before. The first always does. */
  readonly fits: () => (item: T) => boolean;
  /** Why an item that waits is not to be sent any more. */
  readonly refuse?: (item: T) => Error | undefined;
}

export interface Batcher<T> {
  /** Resolves when the item was sent. @throws {QueueFull}, {@link DeadlineExceeded}, or whatever `send` threw for its batch */
  readonly add: (item: T) => Promise<void>;
  /** Items that wait or are on their way. */
  readonly depth: () => number;
  /** What they take, in bytes. */
  readonly bytes: () => number;
}

interface QueuedItem<T> {
  readonly item: T;
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Natural batching: one send in flight; what arrives meanwhile leaves together when it returns. No timer: alone, an
 * item leaves at once, and under load batches grow by themselves.
 */
export function createBatcher<T extends { readonly bytes: number }>(
  send: (items: readonly T[]) => Promise<void>,
  { withinMs, countsFrom = 'added', fits, refuse }: BatcherOptions<T>,
): Batcher<T> {
  let queue: QueuedItem<T>[] = [];
  let flying: QueuedItem<T>[] = [];
  let bytes = 0;
  let running = false;
  let sentAt = 0;
  let expiredAt = 0;

  /** Settles what is for `settle`, and leaves the others in the queue. */
  const sift = (settle: (waiting: QueuedItem<T>) => Error | undefined): void => {
    const kept: QueuedItem<T>[] = [];
    for (const waiting of queue) {
      const error = settle(waiting);
      if (error === undefined) kept.push(waiting);
      else {
        bytes -= waiting.item.bytes;
        waiting.reject(error);
      }
    }
    queue = kept;
  };
  /**
   * What is too late now is given up when it still is the next time. In between the loop has taken in what had arrived: while
   * we are busy with a burst, an answer may wait for us longer than we waited for it.
   */
  const expire = (): void => {
    const before = expiredAt - withinMs;
    expiredAt = performance.now();
    const isLate = ({ since }: QueuedItem<T>): boolean => (countsFrom === 'added' ? since : sentAt) < before;
    if (!flying.some(isLate) && !queue.some(isLate)) return;
    const error = new DeadlineExceeded(`Not done within ${withinMs} ms.`);
    for (const waiting of flying) if (isLate(waiting)) waiting.reject(error);
    sift((waiting) => (isLate(waiting) ? error : undefined));
  };
  const sendSome = async (): Promise<void> => {
    const { batch, rest } = split(queue, fits());
    flying = batch;
    queue = rest;
    sentAt = performance.now();
    try {
      await send(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    for (const { item } of batch) bytes -= item.bytes;
    flying = [];
    if (refuse) sift(({ item }) => refuse(item));
  };
  const run = async (): Promise<void> => {
    expiredAt = performance.now();
    const expiry = setInterval(expire, expireEveryMs);
    while (queue.length > 0) await sendSome();
    clearInterval(expiry);
    running = false;
  };
  const start = (): void => {
    if (running) return;
    running = true;
    // After the events of this turn of the loop, which leave together.
    setImmediate(() => void run());
  };

  return {
    depth: () => queue.length + flying.length,
    bytes: () => bytes,
    add: (item) =>
      new Promise((resolve, reject) => {
        if (queue.length >= queueItemsMax || bytes + item.bytes > queueBytesMax)
          return reject(new QueueFull('Too many events wait.'));
        const refused = refuse?.(item);
        if (refused) return reject(refused);
        queue.push({ item, since: performance.now(), resolve, reject });
        bytes += item.bytes;
        start();
      }),
  };
}

function split<T>(
  queue: QueuedItem<T>[],
  fits: (item: T) => boolean,
): { batch: QueuedItem<T>[]; rest: QueuedItem<T>[] } {
  const batch: QueuedItem<T>[] = [];
  const rest: QueuedItem<T>[] = [];
  for (const waiting of queue) (fits(waiting.item) ? batch : rest).push(waiting);
  return { batch, rest };
}
