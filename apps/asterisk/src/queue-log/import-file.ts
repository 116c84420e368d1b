import type { QueueLogFile } from './find-files.ts';
import { batchesOf } from './batch.ts';
import { readLines } from './lines.ts';
import type { FileLine, ReadUntil } from './lines.ts';
import { placeOf } from './period.ts';
import type { ImportPeriod } from './period.ts';
import type { PositionStore } from './positions.ts';
import type { PostLines } from './post-lines.ts';
import { secondsOf, wholeSeconds } from './seconds.ts';
import { createSendWindow } from './send-window.ts';

export interface ImportFileOptions {
  readonly file: QueueLogFile;
  readonly from: ReadUntil;
  readonly hasEnded: boolean;
  readonly period: ImportPeriod;
  readonly positions: Pick<PositionStore, 'save'>;
  readonly post: PostLines;
  /** Lines that are dealt with, by what became of them. */
  readonly onLines: (lines: Partial<ImportCounts>) => void;
  readonly onUnreadable: (file: string, line: FileLine) => void;
}

/** Numbers of lines. */
export interface ImportCounts {
  readonly stored: number;
  /** Stored, too. */
  readonly unreadable: number;
  readonly before: number;
  readonly after: number;
  /** Without a character: there is nothing to store. */
  readonly empty: number;
}

/** Requests on their way at once: ingest reads the lines of one while Kafka writes those of the other. */
export const requestsMax = 2;
/** How often the position is saved, in ms: after a crash, the lines since then are posted again, and count once. */
const saveEveryMs = 500;

/**
 * Posts the lines of a file that are in the period. The position stays before the first line that is later than the period: another import
 * goes on there.
 */
export async function importFile(options: ImportFileOptions): Promise<void> {
  const { file, from, hasEnded, period, positions, post, onLines, onUnreadable } = options;
  let stored = from;
  let savedAt = performance.now();
  let isStuck = false;
  const save = (): void => {
    positions.save(file.head, stored);
    savedAt = performance.now();
  };
  /** What was read until here is stored, or is not of the period. */
  const advance = (line: FileLine | undefined): void => {
    if (isStuck || !line) return;
    stored = { bytes: line.end, lines: line.number };
    if (performance.now() - savedAt >= saveEveryMs) save();
  };
  const window = createSendWindow(requestsMax);
  try {
    for await (const lines of wholeSeconds(readLines(file.path, from, hasEnded))) {
      const places = lines.map((line) => placeOf(line, period));
      const inPlace = (place: string): FileLine[] => lines.filter((_, i) => places[i] === place);
      const unreadable = inPlace('unreadable');
      for (const line of unreadable) onUnreadable(file.path, line);
      const posted = lines.filter((_, i) => places[i] === 'within' || places[i] === 'unreadable');
      const firstAfter = places.indexOf('after');
      const hasBefore = (line: FileLine): boolean => firstAfter === -1 || line.end <= (lines[firstAfter - 1]?.end ?? 0);
      for (const batch of batchesOf(posted))
        await window.add(
          secondsOf(batch.lines),
          () => post(batch, true),
          () => {
            onLines({ stored: batch.lines.length });
            advance(batch.lines.findLast(hasBefore));
          },
        );
      // Otherwise the rest of the file would be read while ingest does not answer.
      if (posted.length === 0) await window.drained();
      const [before, after, empty] = [inPlace('before'), inPlace('after'), inPlace('empty')];
      window.afterAll(() => {
        onLines({ unreadable: unreadable.length, before: before.length, after: after.length, empty: empty.length });
        advance(firstAfter === -1 ? lines.at(-1) : lines[firstAfter - 1]);
        isStuck ||= firstAfter !== -1;
      });
    }
    await window.drained();
  } finally {
    save();
  }
}
