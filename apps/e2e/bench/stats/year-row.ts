import { quantile } from '../../src/load/statistics.ts';
import { measureMs } from '../bench.ts';
import type { BenchRow } from '../bench.ts';

/** Goal for numbers that come from buckets, in ms. */
export const bucketsMsMax = 300;

/** Runs before those that are measured: code is compiled then, and Postgres reads its catalog. */
const warmUps = 3;

/** Milliseconds of each of these runs, one after the other. */
export async function measureRuns(runs: number, run: (i: number) => Promise<unknown>): Promise<number[]> {
  const ms: number[] = [];
  for (let i = 0; i < warmUps; i++) await run(i);
  for (let i = 0; i < runs; i++) ms.push(await measureMs(() => run(i)));
  return ms;
}

interface YearRowOptions {
  /** Goal for p95, in ms. */
  readonly msMax: number;
  /** Added to the result. */
  readonly more?: string;
}

export function yearRow(name: string, ms: readonly number[], { msMax, more = '' }: YearRowOptions): BenchRow {
  const p95 = quantile(ms, 0.95);
  return {
    name,
    result: `p50 ${quantile(ms, 0.5).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms${more}`,
    target: `p95 < ${msMax} ms`,
    met: p95 < msMax,
  };
}

/** @throws {Error} if the answer is no success */
export async function readAnswer(url: string): Promise<void> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
}
