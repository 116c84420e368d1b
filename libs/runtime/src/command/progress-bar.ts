import { MultiBar } from 'cli-progress';

/** Interval of the lines on a stream that is not a terminal, in ms. */
const lineEveryMs = 5_000;
const barsPerSecond = 10;
const barColumns = { min: 8, max: 40 };
const columnsDefault = 80;

export type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export interface ProgressBar extends Disposable {
  /** `done`: items done so far. */
  readonly update: (done: number) => void;
}

/** A progress bar that shares its terminal with other lines. */
export interface RunningProgressBar extends ProgressBar {
  /** Prints a line above the bar. */
  readonly print: (line: string) => void;
}

export interface ProgressBarOptions {
  /** Items to do. */
  readonly total: number;
  /** Plural name of the items: "records". */
  readonly unit: string;
}

/** Shows progress with rate and ETA until disposed: one bar on a terminal, a line now and then elsewhere. */
export function showProgressBar({ total, unit }: ProgressBarOptions, stream: Terminal): RunningProgressBar {
  const startedAt = performance.now();
  let done = 0;
  const progress = (): Progress => {
    const rate = done / Math.max(0.001, (performance.now() - startedAt) / 1_000);
    const eta = done >= total ? '0 s' : rate === 0 ? '?' : formatDuration((total - done) / rate);
    return { done, total, unit, rate, eta };
  };
  const { print, stop } = stream.isTTY ? showBar(stream, progress) : showLines(stream, progress);
  return {
    update: (count) => (done = Math.min(Math.max(0, count), total)),
    print,
    [Symbol.dispose]: stop,
  };
}

interface Progress {
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** Items per second. */
  readonly rate: number;
  readonly eta: string;
}

interface Display {
  readonly print: (line: string) => void;
  readonly stop: () => void;
}

function showLines(stream: Terminal, progress: () => Progress): Display {
  const print = (line: string): void => void stream.write(`${line}\n`);
  const printProgress = (): void => {
    const { done, total, unit, rate, eta } = progress();
    print(
      `${formatCount(done)} of ${formatCount(total)} ${unit} (${percent(done, total)}), ${formatCount(rate)}/s, ETA ${eta}`,
    );
  };
  const timer = setInterval(printProgress, lineEveryMs);
  return {
    print,
    stop: () => {
      clearInterval(timer);
      printProgress();
    },
  };
}

function showBar(stream: Terminal, progress: () => Progress): Display {
  const multi = new MultiBar({
    format: () => barLine(progress(), (stream.columns || columnsDefault) - 1),
    stream,
    fps: barsPerSecond,
    hideCursor: true,
    // Printed lines may wrap, and the bar is made to fit.
    linewrap: true,
    // A printed line replaces the bar.
    forceRedraw: true,
    // The caller stops it.
    gracefulExit: false,
  });
  multi.create(1, 0);
  const print = (line: string): void => {
    multi.log(`${line}\n`);
    // At once: its end does not print it.
    multi.update();
  };
  return { print, stop: () => multi.stop() };
}

/** As much of bar, percentage, counts, rate and ETA as fits into `columns`. */
function barLine({ done, total, unit, rate, eta }: Progress, columns: number): string {
  const share = percent(done, total);
  const counts = `${formatCount(done)} of ${formatCount(total)} ${unit}`;
  const texts = [
    `${share}  ${counts}  ${formatCount(rate)}/s  ETA ${eta}`,
    `${share}  ${counts}  ETA ${eta}`,
    `${share}  ETA ${eta}`,
    share,
  ];
  const text = texts.find(({ length }) => length + 1 + barColumns.min <= columns);
  if (text === undefined) return share.slice(0, Math.max(0, columns));
  const width = Math.min(barColumns.max, columns - text.length - 1);
  const filled = total === 0 ? width : Math.floor((done / total) * width);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${text}`;
}

const formatCount = (items: number): string => Math.round(items).toLocaleString('en-US');
const percent = (part: number, whole: number): string => `${whole === 0 ? 100 : Math.floor((part * 100) / whole)} %`;

function formatDuration(seconds: number): string {
  const s = Math.ceil(seconds);
  return s < 120 ? `${s} s` : s < 7_200 ? `${Math.ceil(s / 60)} min` : `${(s / 3_600).toFixed(1)} h`;
}
