import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandContext } from '@callstream/runtime';
import { ingestOf } from '../config.ts';
import type { QueueLogConfig } from '../config.ts';
import { createPoster } from '../post/poster.ts';
import { findFiles } from './find-files.ts';
import type { QueueLogFile } from './find-files.ts';
import { queueLogFolder, readLiveSince } from './folder.ts';
import { importFile, requestsMax } from './import-file.ts';
import { createImportTally } from './import-result.ts';
import { countLines } from './lines.ts';
import type { ReadUntil } from './lines.ts';
import { momentOf } from './period.ts';
import type { ImportPeriod } from './period.ts';
import { openPositions } from './positions.ts';
import { createLinePoster } from './post-lines.ts';

export interface ImportFlags {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Reads all lines, also those that were imported before. */
  readonly again?: boolean | undefined;
}

/** A file into which nothing was written for so long has a complete last line, in ms. */
const endedAfterMs = 10_000;
const start: ReadUntil = { bytes: 0, lines: 0 };

/** Imports files of a queue_log: their calls are in all numbers, and none is ever on the live board. */
export async function importQueueLog(
  paths: readonly string[],
  flags: ImportFlags,
  { config, context }: { readonly config: QueueLogConfig; readonly context: CommandContext },
): Promise<void> {
  const { signal, printStatus, showProgress, ifStopped, printResult } = context;
  const period = periodOf(flags, config, printStatus);
  const positions = openPositions(
    join(queueLogFolder(config), `import${flags.from === undefined ? '' : `-from-${period.from}`}.json`),
  );
  const files = await findFiles(paths);
  const begun = new Map(files.map((file) => [file, (flags.again ? null : positions.find(file.head)) ?? start]));
  const fromOf = (file: QueueLogFile): ReadUntil => begun.get(file) ?? start;
  printStatus(`Counting the lines of ${files.length} files.`);
  const total = await sumOf(files, (file) => countLines(file.path, fromOf(file)));
  signal.throwIfAborted();

  ifStopped('The same command goes on where this one stopped.');
  const tally = createImportTally(printStatus);
  {
    using progress = showProgress({ total, unit: 'lines' });
    await using poster = createPoster(Object.assign(ingestOf(config), { connections: requestsMax }));
    for (const file of files) {
      const post = createLinePoster({
        poster,
        signal,
        onProblem: (problem) =>
          printStatus(problem === null ? 'Ingest takes lines again.' : `${problem} It is tried again.`),
        onRejected: (line, problem) => tally.addRejected(file.path, line, problem),
      });
      const { mtimeMs } = await stat(file.path);
      await importFile({
        file,
        from: fromOf(file),
        hasEnded: Date.now() - mtimeMs > endedAfterMs,
        period,
        positions,
        post,
        onLines: (lines) => {
          tally.add(lines);
          progress.update(tally.done());
        },
        onUnreadable: tally.addUnreadable,
      });
    }
  }
  printResult(tally.result(files.length));
  if (tally.rejected() > 0) process.exitCode = 1;
}

/** By default until the first live event of the PBX, if a connector with this folder has had one; else until now. */
function periodOf(
  { from, to }: ImportFlags,
  config: QueueLogConfig,
  printStatus: (line: string) => void,
): ImportPeriod {
  const until = momentOf(to, '--to');
  const since = momentOf(from, '--from') ?? 0;
  if (until !== null) return { from: since, to: until };
  const liveSince = readLiveSince(config);
  printStatus(
    liveSince === null
      ? 'Imported is what was until now: no connector for this PBX has run with this DATA_DIR. If one runs elsewhere, use --to.'
      : `Imported is what was until ${new Date(liveSince).toISOString()}, when this PBX was first heard live. For a gap after that, use --from and --to.`,
  );
  return { from: since, to: liveSince ?? Date.now() };
}

async function sumOf<T>(items: readonly T[], numberOf: (item: T) => Promise<number>): Promise<number> {
  let sum = 0;
  for (const item of items) sum += await numberOf(item);
  return sum;
}
