import { stat } from 'node:fs/promises';
import { sleep } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import { batchesOf } from '../queue-log/batch.ts';
import { readLines } from '../queue-log/lines.ts';
import type { FileLine, ReadUntil } from '../queue-log/lines.ts';
import { placeOf } from '../queue-log/period.ts';
import { readHead } from '../queue-log/positions.ts';
import type { FileHead, PositionStore } from '../queue-log/positions.ts';
import type { PostLines } from '../queue-log/post-lines.ts';
import { unreadFiles } from './rotated-files.ts';
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
/** How often a file that is not there yet is looked for, in ms. */
const lookEveryMs = 500;

/**
 * Posts the lines of a file as they are written, through rotations and truncations, from where it stopped last; the first time from where an
 * import stopped, else from the end of the file.
 */
export async function followFile(options: FollowQueueLogOptions): Promise<void> {
  const { path, signal } = options;
  const isStopping = (): boolean => signal.aborted;
  let isFirst = true;
  while (!isStopping()) {
    if ((await sizeOf(path)) === 0) {
      // A file that comes later is read from its beginning, unless it belongs to those that were read before.
      isFirst &&= (await unreadFiles(path, findAny(options)).catch(() => null)) !== null;
      options.log.info({ path }, 'asterisk.file-awaited');
      while ((await sizeOf(path)) === 0 && !isStopping()) await sleep(lookEveryMs, signal);
      continue;
    }
    try {
      await followUntilRotated(options, isFirst);
      isFirst = false;
    } catch (error) {
      // A rotation may take the file away at any time.
      if (isStopping() || (await sizeOf(path)) > 0) throw error;
    }
  }
}

/** Reads what was rotated away unread, and then the file, until another one has its name. */
async function followUntilRotated(options: FollowQueueLogOptions, isFirst: boolean): Promise<void> {
  const { path, positions, signal, log } = options;
  const find = isFirst ? findAny(options) : positions.find;
  const unread = await unreadFiles(path, find);
  const head = await readHead(path);
  for (const rest of unread ?? []) if (!rest.file.head.equals(head)) await readRest(rest, options);
  const from = find(head) ?? (isFirst && unread === null ? await endOf(path) : start);
  log.info({ path, line: from.lines + 1, rotated: !isFirst }, 'asterisk.file-opened');
  await tailFile({ path, from, signal, onLines: (lines) => postLines(lines, head, options) });
}

const start: ReadUntil = { bytes: 0, lines: 0 };
const findAny =
  ({ positions, findImported }: FollowQueueLogOptions): PositionStore['find'] =>
  (head) =>
    positions.find(head) ?? findImported(head);
const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => null))?.size ?? 0;

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
