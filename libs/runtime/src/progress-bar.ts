import { MultiBar } from 'cli-progress';
import type { SingleBar } from 'cli-progress';

const plainEveryMs = 2_000;
const barsEveryMs = 100;

export type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean };

export interface ProgressBar extends Disposable {
  readonly update: (partition: number, done: number) => void;
}

export interface ProgressBarOptions {
  /** Items to do, by partition; with a single partition only the total is shown. */
  readonly totals: ReadonlyMap<number, number>;
  /** Plural name of the items: "records". */
  readonly unit: string;
  readonly stream: Terminal;
}

/** Shows progress per partition and in total, with rate and ETA, until disposed: bars on a terminal, plain lines elsewhere. */
export function showProgressBar({ totals, unit: what, stream }: ProgressBarOptions): ProgressBar {
  const startedAt = performance.now();
  const done = new Map<number, number>();
  const partitions = [...totals].map(([id, total]) => ({ id, total: Math.max(0, total) })).toSorted(byId);
  const doneOf = ({ id, total }: Partition): number => Math.min(Math.max(0, done.get(id) ?? 0), total);
  const total = partitions.reduce((sum, partition) => sum + partition.total, 0);
  const doneInTotal = (): number => partitions.reduce((sum, partition) => sum + doneOf(partition), 0);
  const summary = (): string => {
    const sum = doneInTotal();
    const rate = sum / Math.max(0.001, (performance.now() - startedAt) / 1_000);
    const eta = sum >= total ? '0 s' : rate === 0 ? '?' : formatDuration((total - sum) / rate);
    return `${formatCount(sum)} of ${formatCount(total)} ${what} (${percent(sum, total)}), ${formatCount(rate)}/s, ETA ${eta}`;
  };
  const plainLine = (): string => {
    if (partitions.length < 2) return summary();
    const shares = partitions.map((partition) => `${partition.id}: ${percent(doneOf(partition), partition.total)}`);
    return `${summary()}; by partition ${shares.join(', ')}`;
  };
  const stop = stream.isTTY
    ? showBars({ stream, partitions, doneOf, total, doneInTotal, summary })
    : showLines(stream, plainLine);
  return { update: (partition, count) => void done.set(partition, count), [Symbol.dispose]: stop };
}

interface Partition {
  readonly id: number;
  readonly total: number;
}

const byId = (a: Partition, b: Partition): number => a.id - b.id;

function showLines(stream: Terminal, line: () => string): () => void {
  const writeLine = (): void => void stream.write(`${line()}\n`);
  const timer = setInterval(writeLine, plainEveryMs);
  return () => {
    clearInterval(timer);
    writeLine();
  };
}

interface BarsOptions {
  readonly stream: Terminal;
  readonly partitions: readonly Partition[];
  readonly doneOf: (partition: Partition) => number;
  readonly total: number;
  readonly doneInTotal: () => number;
  readonly summary: () => string;
}

function showBars({ stream, partitions, doneOf, total, doneInTotal, summary }: BarsOptions): () => void {
  const multi = new MultiBar({ format: '{name} {bar} {percentage}% {line}', stream, hideCursor: true, barsize: 24 });
  const createBar = (itemsMax: number, name: string): SingleBar =>
    multi.create(Math.max(1, itemsMax), 0, { name, line: '' });
  const shownPartitions = partitions.length < 2 ? [] : partitions;
  const bars = shownPartitions.map((partition) => ({
    partition,
    bar: createBar(partition.total, `partition ${String(partition.id).padStart(4)}`),
  }));
  const totalBar = createBar(total, 'total         ');
  const update = (): void => {
    for (const { partition, bar } of bars) bar.update(partition.total === 0 ? 1 : doneOf(partition));
    totalBar.update(total === 0 ? 1 : doneInTotal(), { line: summary() });
  };
  const timer = setInterval(update, barsEveryMs);
  return () => {
    clearInterval(timer);
    update();
    multi.stop();
  };
}

const formatCount = (items: number): string => Math.round(items).toLocaleString('en-US');
const percent = (part: number, whole: number): string => `${whole === 0 ? 100 : Math.floor((part * 100) / whole)} %`;

function formatDuration(seconds: number): string {
  const s = Math.ceil(seconds);
  return s < 120 ? `${s} s` : s < 7_200 ? `${Math.ceil(s / 60)} min` : `${(s / 3_600).toFixed(1)} h`;
}
