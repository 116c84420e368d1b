import { readFile } from 'node:fs/promises';
import { readMetric } from '../../src/system/ingest.ts';
import { median } from '../../src/load/statistics.ts';
import type { BenchRow } from '../bench.ts';

const sampleEveryMs = 500;
/** Of the import. */
const residentBytesTarget = 300 * 2 ** 20;
/** Of the last third of the time, relative to the middle one: the heap of a process grows to its size in the first. */
const growthTarget = 1.1;
/** A shorter import says nothing about growth: its thirds are a few collections of garbage long. In ms. */
const growthAfterMs = 20_000;

/** Resident memory of a process over time, in bytes. */
type MemorySamples = readonly number[];

/** Samples the memory of an import and of ingest until stopped. Resident memory of the import is 0 where /proc is not there. */
export function sampleMemory({ importPid, ingestAdminPort }: { importPid: number; ingestAdminPort: number }) {
  const samples = { import: [] as number[], ingest: [] as number[] };
  const sample = async (): Promise<void> => {
    samples.ingest.push(await readMetric(ingestAdminPort, 'process_resident_memory_bytes'));
    samples.import.push(await residentOf(importPid));
  };
  const sampling = setInterval(() => void sample().catch(() => undefined), sampleEveryMs);
  return { samples, [Symbol.dispose]: () => clearInterval(sampling) };
}

async function residentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
}

/** The memory in each third of the time, and the highest. */
export function memoryRows(samples: Readonly<Record<'import' | 'ingest', MemorySamples>>): BenchRow[] {
  const highest = samples.import.reduce((max, bytes) => Math.max(max, bytes), 0);
  return [
    ...(['import', 'ingest'] as const).map((name): BenchRow => growthRow(name, samples[name])),
    {
      name: '  highest memory of the import',
      result: mebibytes(highest),
      target: `< ${mebibytes(residentBytesTarget)}`,
      met: highest > 0 && highest < residentBytesTarget,
    },
  ];
}

function growthRow(name: string, samples: MemorySamples): BenchRow {
  const third = Math.floor(samples.length / 3);
  const [first, middle, last] = [0, 1, 2].map((i) => medianOf(samples.slice(i * third, (i + 1) * third)));
  const row = {
    name: `  memory of ${name === 'ingest' ? 'ingest' : 'the import'}, at the beginning, in the middle, at the end`,
    result: [first, middle, last].map((bytes) => mebibytes(bytes ?? 0)).join(', '),
  };
  if (samples.length * sampleEveryMs < growthAfterMs) return row;
  const growth = (last ?? 0) / (middle ?? 0);
  return { ...row, target: `end / middle ≤ ${growthTarget}`, met: growth <= growthTarget };
}

const medianOf = (samples: MemorySamples): number => (samples.length === 0 ? 0 : median(samples));
const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
