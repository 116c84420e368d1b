import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '@callstream/resilience';
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
  readonly all: readonly Spool[];
  /** Rejects if the thread of a spool ends on its own. */
  readonly failure: Promise<never>;
}

/** @throws {Error} naming cause and remedy if the folder of its own spool cannot be used */
export async function openSpools(options: SpoolsOptions): Promise<Spools> {
  const { bytesMax } = options;
  await using opened = new AsyncDisposableStack();
  const leftovers = bytesMax === 0 ? [] : await openLeftovers(options, opened);
  const own = opened.use(bytesMax === 0 ? noSpool() : await openOwn(options, leftovers));
  const all = [own, ...leftovers];
  const disposables = opened.move();
  const failure = Promise.race(all.map((each) => each.failure));
  // A start that fails for another reason closes the spools before anything waits for it.
  failure.catch(() => undefined);
  return {
    own,
    all,
    status: leftovers.length === 0 ? own.status : () => sumOfStatuses(all.map(({ status }) => status())),
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

/** Each running worker drains its part of the spools of workers that no longer exist. */
async function openLeftovers(
  { dataDir, worker, workers, log }: SpoolsOptions,
  opened: AsyncDisposableStack,
): Promise<Spool[]> {
  const spools: Spool[] = [];
  for (const { index, dir } of leftoverSpools(dataDir, workers)) {
    if (index % workers !== worker) continue;
    try {
      spools.push(opened.use(await openSpool({ dir, bytesMax: 0, names: spoolNames, log })));
      log.info({ dir }, 'spool.drains-leftover');
    } catch (error) {
      // It must not keep webhooks from being accepted: `drain` may use it now. The next start tries again.
      log.error({ dir, reason: errorText(error) }, 'spool.leftover-unavailable');
    }
  }
  return spools;
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
