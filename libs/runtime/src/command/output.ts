import { printableJson, printableLines } from '@callstream/resilience';
import type { DestinationStream } from 'pino';
import { errorMessage, failureLine } from '../failure-line.ts';
import { createLog } from '../log.ts';
import type { Log } from '../log.ts';
import { logSentence } from './log-sentence.ts';
import { showProgressBar } from './progress-bar.ts';
import type { ProgressBar, ProgressBarOptions, RunningProgressBar, Terminal } from './progress-bar.ts';
import { throttleRepeats } from './throttle-repeats.ts';

/** Options that commands have in common. */
export interface OutputFlags {
  /** For programs: JSON instead of sentences. */
  readonly json?: boolean | undefined;
  /** Also the log, as JSON lines. */
  readonly verbose?: boolean | undefined;
}

/** The result of a command, for people and for programs. */
export interface CommandResult {
  readonly lines: readonly string[];
  /** One document, or the documents of NDJSON. */
  readonly json: object | readonly object[];
}

/** What a command says: sentences for people or, with --json, JSON for programs. Results go to standard output, all else to standard error. */
export interface CommandOutput {
  /** Its warnings and errors are printed as sentences. */
  readonly log: Log;
  /** Prints a sentence about the work; not with --json. */
  readonly printStatus: (line: string) => void;
  /** Not with --json. */
  readonly showProgress: (options: ProgressBarOptions) => ProgressBar;
  readonly printResult: (result: CommandResult) => void;
}

export interface OwnedOutput extends CommandOutput {
  /** Ends the progress bar, and prints why the command failed. */
  readonly printFailure: (error: unknown) => void;
}

export interface OutputOptions extends OutputFlags {
  /** Name of the service in the log. */
  readonly service: string;
  readonly out: NodeJS.WritableStream;
  readonly errors: Terminal;
}

export function createOutput({ json = false, verbose = false, service, out, errors }: OutputOptions): OwnedOutput {
  let bar: RunningProgressBar | null = null;
  const print = (line: string): void => {
    const shown = printableLines(line);
    if (bar) bar.print(shown);
    else errors.write(`${shown}\n`);
  };
  const stopBar = (): void => {
    bar?.[Symbol.dispose]();
    bar = null;
  };
  const showProgress = (options: ProgressBarOptions): ProgressBar => {
    if (json) return { update: () => undefined, [Symbol.dispose]: () => undefined };
    stopBar();
    const shown = showProgressBar(options, errors);
    bar = shown;
    return { update: shown.update, [Symbol.dispose]: () => (bar === shown ? stopBar() : undefined) };
  };
  const printFailure = (error: unknown): void => {
    stopBar();
    errors.write(`${json ? failureLine(error) : errorMessage(error)}\n`);
  };
  const printWarning = throttleRepeats(print);
  const destination: DestinationStream = {
    write: (line) => (json || verbose ? print(line.trimEnd()) : printWarning(logSentence(line))),
  };
  return {
    log: createLog({ service, level: verbose ? 'debug' : 'warn' }, destination),
    printStatus: (line) => (json ? undefined : print(line)),
    showProgress,
    printResult: ({ lines, json: documents }) => {
      const result = json ? jsonLines(documents) : lines.map(printableLines);
      out.write(result.map((line) => `${line}\n`).join(''));
    },
    printFailure,
  };
}

const jsonLines = (documents: CommandResult['json']): string[] =>
  Array.isArray(documents)
    ? documents.map((document) => printableJson(JSON.stringify(document)))
    : [printableJson(JSON.stringify(documents, null, 2))];
