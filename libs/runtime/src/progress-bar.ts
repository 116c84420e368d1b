import { MultiBar } from 'cli-progress';
import type { SingleBar } from 'cli-progress';

const plainEveryMs = 2_000;
const barsEveryMs = 100;

/** Where the operator looks. */
export type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean };

export interface ProgressBar extends Disposable {
  /** So many of a partition are done. */
  readonly at: (partition: number, done: number) => void;
}

export interface ProgressBarOptions {
  /** How many there are to do, of each partition; of a single one only the total is shown. */
  readonly totals: ReadonlyMap<number, number>;
  /** What they are: "records". */
  readonly what: string;
  readonly stream: Terminal;
}

/** Shows how much is done, per partition and in total, with rate and ETA: bars on a terminal, plain lines elsewhere. Until disposed. */
export function showProgressBar({ totals, what, stream }: ProgressBarOptions): ProgressBar {
  const began = performance.now();
  const done = new Map<number, number>();
  const partitions = [...totals].map(([id, total]) => ({ id, total: Math.max(0, total) })).toSorted(byId);
  const doneOf = ({ id, total }: Partition): number => Math.min(Math.max(0, done.get(id) ?? 0), total);
  const total = partitions.reduce((sum, partition) => sum + partition.total, 0);
  const doneInAll = (): number => partitions.reduce((sum, partition) => sum + doneOf(partition), 0);
  const summary = (): string => {
    const sum = doneInAll();
    const rate = sum / Math.max(0.001, (performance.now() - began) / 1_000);
    const eta = sum >= total ? '0 s' : rate === 0 ? '?' : duration((total - sum) / rate);
    return `${count(sum)} of ${count(total)} ${what} (${percent(sum, total)}), ${count(rate)}/s, ETA ${eta}`;
  };
  const plainLine = (): string => {
    if (partitions.length < 2) return summary();
    const shares = partitions.map((partition) => `${partition.id}: ${percent(doneOf(partition), partition.total)}`);
    return `${summary()}; by partition ${shares.join(', ')}`;
  };
  const stop = stream.isTTY
    ? showBars({ stream, partitions, doneOf, total, doneInAll, summary })
    : showLines(stream, plainLine);
  return { at: (partition, so) => void done.set(partition, so), [Symbol.dispose]: stop };
}

interface Partition {
  readonly id: number;
  readonly total: number;
}

const byId = (a: Partition, b: Partition): number => a.id - b.id;

function showLines(stream: Terminal, line: () => string): () => void {
  const say = (): void => void stream.write(`${line()}\n`);
  const timer = setInterval(say, plainEveryMs);
  return () => {
    clearInterval(timer);
    say();
  };
}

interface Bars {
  readonly stream: Terminal;
  readonly partitions: readonly Partition[];
  readonly doneOf: (partition: Partition) => number;
  readonly total: number;
  readonly doneInAll: () => number;
  readonly summary: () => string;
}

function showBars({ stream, partitions, doneOf, total, doneInAll, summary }: Bars): () => void {
  const multi = new MultiBar({ format: '{name} {bar} {percentage}% {line}', stream, hideCursor: true, barsize: 24 });
  const make = (of: number, name: string): SingleBar => multi.create(Math.max(1, of), 0, { name, line: '' });
  const shown = partitions.length < 2 ? [] : partitions;
  const bars = shown.map((partition) => ({
    partition,
    bar: make(partition.total, `partition ${String(partition.id).padStart(4)}`),
  }));
  const totalBar = make(total, 'total         ');
  const update = (): void => {
    for (const { partition, bar } of bars) bar.update(partition.total === 0 ? 1 : doneOf(partition));
    totalBar.update(total === 0 ? 1 : doneInAll(), { line: summary() });
  };
  const timer = setInterval(update, barsEveryMs);
  return () => {
    clearInterval(timer);
    update();
    multi.stop();
  };
}

const count = (records: number): string => Math.round(records).toLocaleString('en-US');
const percent = (part: number, whole: number): string => `${whole === 0 ? 100 : Math.floor((part * 100) / whole)} %`;

function duration(seconds: number): string {
  const s = Math.ceil(seconds);
  return s < 120 ? `${s} s` : s < 7_200 ? `${Math.ceil(s / 60)} min` : `${(s / 3_600).toFixed(1)} h`;
}
