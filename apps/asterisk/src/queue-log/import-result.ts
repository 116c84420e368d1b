import type { CommandResult } from '@callstream/runtime';
import type { ImportCounts } from './import-file.ts';
import type { FileLine } from './lines.ts';

/** Most lines that are reported one by one. */
const reportsMax = 20;

interface LineReport {
  readonly file: string;
  readonly line: number;
  readonly problem: string;
}

/** What becomes of the lines of an import. */
export interface ImportTally {
  readonly add: (lines: Partial<ImportCounts>) => void;
  readonly addUnreadable: (file: string, line: FileLine) => void;
  readonly addRejected: (file: string, line: FileLine, problem: string) => void;
  /** Number of lines that are dealt with. */
  readonly done: () => number;
  readonly rejected: () => number;
  readonly result: (files: number) => CommandResult;
}

/** @param printStatus gets the first problems of single lines one by one; the result has the number of all */
export function createImportTally(printStatus: (line: string) => void): ImportTally {
  const counts = { stored: 0, unreadable: 0, before: 0, after: 0, empty: 0 };
  const reported: LineReport[] = [];
  let rejected = 0;
  const report = (file: string, { number }: FileLine, problem: string): void => {
    if (reported.length >= reportsMax) return;
    reported.push({ file, line: number, problem });
    printStatus(`${file}:${number}: ${problem}`);
    if (reported.length === reportsMax) printStatus('More such lines are only counted.');
  };
  return {
    add: (lines) => {
      for (const [name, count] of Object.entries(lines)) counts[name as keyof ImportCounts] += count;
    },
    addUnreadable: (file, line) => report(file, line, 'no line of a queue_log. It is stored, and changes nothing.'),
    addRejected: (file, line, problem) => {
      rejected++;
      report(file, line, `not stored. ${problem}`);
    },
    done: () => counts.stored + counts.before + counts.after + counts.empty,
    rejected: () => rejected,
    result: (files) => {
      const stored = counts.stored - rejected;
      const elsewhere = counts.before + counts.after;
      return {
        lines: [
          `${stored} lines of ${files} files are stored.`,
          ...(counts.unreadable > 0 ? [`${counts.unreadable} of them cannot be read: they change nothing.`] : []),
          ...(rejected > 0 ? [`Ingest rejects ${rejected} others for good.`] : []),
          ...(elsewhere > 0 ? [`${elsewhere} are not of the time that is imported.`] : []),
        ],
        json: { files, ...counts, stored, rejected, problems: reported },
      };
    },
  };
}
