import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { backoffMs, errorText, sleep } from '@callstream/resilience';
import { stopDeadlineMs } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { hasEvents, noSpool, openSpool, sumOfStatuses, wholeRoom } from '@callstream/spool';
import type { CreateRoom, Spool } from '@callstream/spool';
import { spoolNames } from './spool-names.ts';

export interface SpoolsOptions {
  /** DATA_DIR. */
  readonly dataDir: string;
  /** SPOOL_MAX_BYTES: of all spools of the service; 0: no spool. */
  readonly bytesMax: number;
  /** Number of this process among the workers, from 0. */
  readonly worker: number;
  readonly workers: number;
  /** What the spools of this process may have of `bytesMax`. Default: all. */
  readonly createRoom?: CreateRoom;
  readonly log: Log;
}

/** The spools of a process: its own, and those of workers that no longer exist, which are only drained. */
export interface Spools extends Pick<Spool, 'status' | 'unavailableReason'>, AsyncDisposable {
  readonly own: Spool;
  /** Calls `listener` with each spool that is open, and each one that is opened later, until it is disposed. */
  readonly onOpen: (listener: (spool: Spool) => void) => Disposable;
  /** Rejects if the thread of a spool ends on its own. */
  readonly failure: Promise<never>;
}

/** A leftover that cannot be opened is tried again: `drain` may use it now, or its owner is changed. */
const leftoverBackoff = { firstMs: 1_000, maxMs: 300_000, jitter: 0.5 };

/** @throws {Error} naming cause and remedy if the folder of its own spool cannot be used */
export async function openSpools(options: SpoolsOptions): Promise<Spools> {
  const { bytesMax } = options;
  await using opened = new AsyncDisposableStack();
  const { promise: failure, reject: fail } = Promise.withResolvers<never>();
  // A start that fails for another reason closes the spools before anything waits for it.
  failure.catch(() => undefined);
  const leftovers: Spool[] = [];
  const listeners = new Set<(spool: Spool) => void>();
  const follow = (spool: Spool): Spool => {
    spool.failure.catch(fail);
    for (const listener of listeners) listener(spool);
    return spool;
  };
  const openings = bytesMax === 0 ? [] : await openLeftovers(options, (spool) => leftovers.push(follow(spool)));
  for (const leftover of openings) opened.use(leftover);
  const own = opened.use(follow(bytesMax === 0 ? noSpool() : await openOwn(options, leftovers)));
  const disposables = opened.move();
  return {
    own,
    onOpen: (listener) => {
      listeners.add(listener);
      for (const spool of [own, ...leftovers]) listener(spool);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    status: () =>
      leftovers.length === 0 ? own.status() : sumOfStatuses([own, ...leftovers].map((each) => each.status())),
    unavailableReason: own.unavailableReason,
    failure,
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  };
}

/** `spool` of the first worker, or of the only process; `spool-1` … of others. */
const folderOf = (worker: number): string => (worker === 0 ? 'spool' : `spool-${worker}`);
const folderPattern = /^spool(?:-([1-9]\d*))?$/;

async function openOwn(
  { dataDir, bytesMax, createRoom = wholeRoom(bytesMax), worker, workers, log }: SpoolsOptions,
  leftovers: readonly Spool[],
): Promise<Spool> {
  // What the leftovers have counts: SPOOL_MAX_BYTES is of all.
  const leftoverBytes = (): number => leftovers.reduce((sum, { status }) => sum + status().bytes, 0);
  return openSpool({
    dir: join(dataDir, folderOf(worker)),
    bytesMax,
    createRoom: (used) => {
      const { bytes, grow, isExhausted } = createRoom(() => used() + leftoverBytes());
      return { bytes: () => bytes() - leftoverBytes(), grow: (size) => grow(size + leftoverBytes()), isExhausted };
    },
    // Workers whose primary was killed may still be stopping.
    lockWaitMs: workers > 1 ? stopDeadlineMs : 0,
    names: spoolNames,
    log,
  });
}

/** Each running worker drains its part of the spools of workers that no longer exist. Resolves after the first attempt to open them. */
const openLeftovers = (
  { dataDir, worker, workers, log }: SpoolsOptions,
  onOpen: (spool: Spool) => void,
): Promise<AsyncDisposable[]> =>
  Promise.all(
    leftoverSpools(dataDir, workers)
      .filter(({ index }) => index % workers === worker)
      .map(({ dir }) => openLeftover(dir, { onOpen, log })),
  );

/** A leftover that cannot be opened must not keep webhooks from being accepted: it is retried in the background, until it has no events. */
async function openLeftover(
  dir: string,
  { onOpen, log }: { readonly onOpen: (spool: Spool) => void; readonly log: Log },
): Promise<AsyncDisposable> {
  const closing = new AbortController();
  let spool: Spool | undefined;
  const isOpen = async (): Promise<boolean> => {
    try {
      spool = await openSpool({ dir, bytesMax: 0, names: spoolNames, log });
      log.info({ dir }, 'spool.drains-leftover');
      onOpen(spool);
      return true;
    } catch (error) {
      log.error({ dir, reason: errorText(error) }, 'spool.leftover-unavailable');
      return false;
    }
  };
  const retry = async (): Promise<void> => {
    for (let failures = 1; ; failures++) {
      await sleep(backoffMs(failures, leftoverBackoff), closing.signal);
      if (closing.signal.aborted || !hasEvents(dir) || (await isOpen())) return;
    }
  };
  const retrying = (await isOpen()) ? undefined : retry();
  return {
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await retrying;
      await spool?.[Symbol.asyncDispose]();
    },
  };
}

/** Spools with events below DATA_DIR whose worker does not exist if there are `workers`. */
export const leftoverSpools = (dataDir: string, workers: number): { readonly index: number; readonly dir: string }[] =>
  namesIn(dataDir).flatMap((name) => {
    const match = folderPattern.exec(name);
    const index = Number(match?.[1] ?? 0);
    const dir = join(dataDir, name);
    return match && index >= workers && hasEvents(dir) ? [{ index, dir }] : [];
  });

/** Empty if the folder is not readable: opening its own spool says why. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
