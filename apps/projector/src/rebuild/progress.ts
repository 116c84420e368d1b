import { MultiBar } from 'cli-progress';
import type { SingleBar } from 'cli-progress';

const plainEveryMs = 2_000;
const barsEveryMs = 100;

/** Where the operator looks. */
export type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean };

export interface Progress extends Disposable {
  /** Everything before `next` of this partition is read. */
  readonly at: (partition: number, next: number) => void;
  /** A line of text that is not overwritten. */
  readonly say: (line: string) => void;
}

export interface ProgressOptions {
  /** First offset of each partition that is still to be read, and the offset at which it ends. */
  readonly from: ReadonlyMap<number, number>;
  readonly to: ReadonlyMap<number, number>;
  readonly stream: Terminal;
}

/** Shows how far the log is read, per partition and in total, with rate and ETA: bars on a terminal, plain lines elsewhere. */
export function showProgress({ from, to, stream }: ProgressOptions): Progress {
  const began = performance.now();
  const starts = new Map(from);
  const reached = new Map(from);
  const partitions = [...to.keys()].toSorted((a, b) => a - b);
  const start = (partition: number): number => starts.get(partition) ?? 0;
  const end = (partition: number): number => Math.max(start(partition), to.get(partition) ?? 0);
  const done = (partition: number): number => Math.min(reached.get(partition) ?? 0, end(partition)) - start(partition);
  const sum = (of: (partition: number) => number): number => partitions.reduce((total, one) => total + of(one), 0);
  const share = (partition: number): string => percent(done(partition), end(partition) - start(partition));
  const total = sum((partition) => end(partition) - start(partition));
  const summary = (): string => {
    const read = sum(done);
    const rate = read / Math.max(0.001, (performance.now() - began) / 1_000);
    const eta = read >= total ? '0 s' : rate === 0 ? '?' : duration((total - read) / rate);
    return `${count(read)} of ${count(total)} records (${percent(read, total)}), ${count(rate)}/s, ETA ${eta}`;
  };
  const plainLine = (): string =>
    `${summary()}; by partition ${partitions.map((partition) => `${partition}: ${share(partition)}`).join(', ')}`;
  const shown = stream.isTTY
    ? showBars({ stream, partitions, length: (one) => end(one) - start(one), total, done, summary })
    : showLines(stream, plainLine);
  return {
    at: (partition, next) => void reached.set(partition, next),
    say: shown.say,
    [Symbol.dispose]: shown.stop,
  };
}

interface Shown {
  readonly say: (line: string) => void;
  readonly stop: () => void;
}

function showLines(stream: Terminal, line: () => string): Shown {
  const say = (text: string): void => void stream.write(`${text}\n`);
  const timer = setInterval(() => say(line()), plainEveryMs);
  return {
    say,
    stop: () => {
      clearInterval(timer);
      say(line());
    },
  };
}

interface Bars {
  readonly stream: Terminal;
  readonly partitions: readonly number[];
  readonly length: (partition: number) => number;
  readonly total: number;
  readonly done: (partition: number) => number;
  readonly summary: () => string;
}

function showBars({ stream, partitions, length, total, done, summary }: Bars): Shown {
  const multi = new MultiBar({ format: '{name} {bar} {percentage}% {line}', stream, hideCursor: true, barsize: 24 });
  const make = (records: number, name: string): SingleBar => multi.create(Math.max(1, records), 0, { name, line: '' });
  const bars = partitions.map((partition) => make(length(partition), `partition ${String(partition).padStart(4)}`));
  const totalBar = make(total, 'total         ');
  const update = (): void => {
    partitions.forEach((partition, i) => bars[i]?.update(length(partition) === 0 ? 1 : done(partition)));
    totalBar.update(total === 0 ? 1 : partitions.reduce((all, one) => all + done(one), 0), { line: summary() });
  };
  const timer = setInterval(update, barsEveryMs);
  return {
    say: (line) => multi.log(`${line}\n`),
    stop: () => {
      clearInterval(timer);
      update();
      multi.stop();
    },
  };
}

const count = (records: number): string => Math.round(records).toLocaleString('en-US');
const percent = (part: number, whole: number): string => `${whole === 0 ? 100 : Math.floor((part * 100) / whole)} %`;

function duration(seconds: number): string {
  const s = Math.ceil(seconds);
  return s < 120 ? `${s} s` : s < 7_200 ? `${Math.ceil(s / 60)} min` : `${(s / 3_600).toFixed(1)} h`;
}
