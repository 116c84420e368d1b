import { backoffMs, sleep } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import { batchesOf } from '../queue-log/batch.ts';
import { FileUnreadable, isLineBegin, readLines } from '../queue-log/lines.ts';
import type { FileLine, ReadUntil } from '../queue-log/lines.ts';
import { placeOf } from '../queue-log/period.ts';
import { isDistinct, readHead } from '../queue-log/positions.ts';
import type { FileHead, PositionStore } from '../queue-log/positions.ts';
import type { PostLines } from '../queue-log/post-lines.ts';
import { findRotated, unreadFiles } from './rotated-files.ts';
import type { UnreadFile } from './rotated-files.ts';
import { tailFile } from './tail-file.ts';

export interface FollowQueueLogOptions {
  readonly path: string;
  readonly positions: PositionStore;
  /** How far an import has read a file; null: it has not. */
  readonly findImported: PositionStore['find'];
  readonly post: PostLines;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** A line that is older than that, in ms, is no news for the live board: it was written while nobody followed. */
const newsMsMax = 60 * 60_000;
/** How often a file is looked for that is not there yet, or was rotated, in ms. */
const lookEveryMs = 200;
/** Backoff after another file of the rotation could not be read: it may be renamed or compressed just now. */
const backoff = { firstMs: 100, maxMs: 1_000, jitter: 0.5 };
/** After so many failures the file is skipped. */
const failuresMax = 5;

/**
 * Posts the lines of a file as they are written, through rotations and truncations, from where it stopped last; the first time from where an
 * import stopped, else from the end of the file.
 */
export async function followFile(options: FollowQueueLogOptions): Promise<void> {
  const { path, positions, signal, log } = options;
  const isStopping = (): boolean => signal.aborted;
  const skips = createSkips(log);
  let isFirst = !positions.hasBegun;
  while (!isStopping()) {
    try {
      if (!(await hasLine(path))) {
        // A file that comes later is read from its beginning, unless it belongs to those that were read before.
        if (isFirst && (await findUnread(options, skips, true)) === null) {
          positions.begin();
          isFirst = false;
        }
        log.info({ path }, 'asterisk.file-awaited');
        do await sleep(lookEveryMs, signal);
        while (!isStopping() && !(await hasLine(path)));
        continue;
      }
      await followUntilRotated(options, skips, isFirst);
      isFirst = false;
      skips.clear();
      await sleep(lookEveryMs, signal);
    } catch (error) {
      if (isStopping()) throw error;
      if (error instanceof FileUnreadable && error.path !== path) await skips.failed(error, signal);
      // A rotation may take the file away at any time.
      else if (isMissing(path, error)) await sleep(lookEveryMs, signal);
      else throw error;
    }
  }
}

/** Other files of the rotation that cannot be read: each is tried a few times, and then skipped until the next rotation. */
function createSkips(log: Log) {
  const failures = new Map<string, number>();
  let warned = '';
  return {
    isSkipped: (path: string): boolean => (failures.get(path) ?? 0) >= failuresMax,
    failed: async ({ path }: FileUnreadable, signal: AbortSignal): Promise<void> => {
      const count = (failures.get(path) ?? 0) + 1;
      failures.set(path, count);
      await sleep(backoffMs(count, backoff), signal);
    },
    warn: (paths: readonly string[]): void => {
      const files = paths.join(', ');
      if (files !== '' && files !== warned) log.warn({ files }, 'asterisk.files-skipped');
      warned = files;
    },
    clear: (): void => failures.clear(),
  };
}
type Skips = ReturnType<typeof createSkips>;

async function findUnread(
  { path, positions, findImported }: FollowQueueLogOptions,
  { isSkipped, warn }: Skips,
  isFirst: boolean,
): Promise<UnreadFile[] | null> {
  const { files, skipped } = await findRotated(path, isSkipped);
  warn(skipped);
  return unreadFiles(files, (head) => positions.find(head) ?? (isFirst ? findImported(head) : null));
}

/** Reads what was rotated away unread, and then the file, until another one has its name. */
async function followUntilRotated(options: FollowQueueLogOptions, skips: Skips, isFirst: boolean): Promise<void> {
  const { path, positions, findImported, signal, log } = options;
  const unread = await findUnread(options, skips, isFirst);
  const head = await readHead(path);
  for (const rest of unread ?? []) if (!rest.file.head.equals(head)) await readRest(rest, options);
  const found = positions.find(head) ?? (isFirst ? findImported(head) : null);
  const last = found ?? (isFirst && unread === null ? await endOf(path) : start);
  const from = (await isLineBegin(path, last.bytes)) ? last : start;
  // Before the first line comes: it may come while nobody follows.
  positions.save(head, from);
  log.info({ path, line: from.lines + 1, rotated: !isFirst }, 'asterisk.file-opened');
  await tailFile({ path, from, signal, onLines: (lines) => postLines(lines, head, options) });
}

const start: ReadUntil = { bytes: 0, lines: 0 };
/** Whether an error says that there is no such file. */
function isMissing(path: string, error: unknown): boolean {
  const { code, path: of } = (error instanceof FileUnreadable ? error.cause : error) as NodeJS.ErrnoException;
  return of === path && code === 'ENOENT';
}

/** @throws {FileUnreadable} unless there is no file */
const hasLine = (path: string): Promise<boolean> =>
  readHead(path).then(isDistinct, (error: unknown) => {
    if (isMissing(path, error)) return false;
    throw error;
  });

/** The end of the last complete line. */
async function endOf(path: string): Promise<ReadUntil> {
  let end = start;
  for await (const lines of readLines(path, start, false)) {
    const last = lines.at(-1);
    if (last) end = { bytes: last.end, lines: last.number };
  }
  return end;
}

async function readRest({ file, from }: UnreadFile, options: FollowQueueLogOptions): Promise<void> {
  for await (const lines of readLines(file.path, from, true)) await postLines(lines, file.head, options);
}

async function postLines(
  lines: readonly FileLine[],
  head: FileHead,
  { path, positions, post, log }: FollowQueueLogOptions,
): Promise<void> {
  const newsSince = Date.now() - newsMsMax;
  const isNews = (line: FileLine): boolean => placeOf(line, { from: newsSince, to: Infinity }) !== 'before';
  for (const line of lines)
    if (placeOf(line, { from: 0, to: Infinity }) === 'unreadable')
      log.warn({ path, line: line.number }, 'asterisk.line-unreadable');
  const filled = lines.filter(({ length }) => length > 0);
  for (const [of, isImported] of [
    [filled.filter((line) => !isNews(line)), true],
    [filled.filter(isNews), false],
  ] as const)
    for (const batch of batchesOf(of)) await post(batch, isImported);
  const last = lines.at(-1);
  if (last) positions.save(head, { bytes: last.end, lines: last.number });
}
