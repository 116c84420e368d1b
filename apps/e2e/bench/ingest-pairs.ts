import type { Row } from './bench.ts';
import { load } from './load.ts';
import { median } from '../src/statistics.ts';
import type { Target } from './target.ts';

const pairs = 5;
const seconds = 6;

export interface Pairing {
  readonly ceiling: Target;
  readonly real: Target;
  readonly what: string;
  readonly connections: number;
  /** Least share of the ceiling's requests per second. */
  readonly wanted: number;
}

interface Measured {
  readonly requestsPerSecond: number;
  /** Of the server's own CPU time, per request. */
  readonly cpuMicroseconds: number;
  readonly p99Ms: number;
}

/** The ceiling and ingest in turn, so that both see the same machine. */
export async function comparePairs(
  { ceiling, real, what, connections, wanted }: Pairing,
  say: (line: string) => void,
): Promise<{ rows: Row[]; requestsPerSecond: number; p99Ms: number }> {
  const measured: { ceiling: Measured; real: Measured }[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    say(`${what}, ${connections} connections, pair ${pair} of ${pairs}`);
    measured.push({ ceiling: await measure(ceiling, connections), real: await measure(real, connections) });
  }
  const of = (target: 'ceiling' | 'real', figure: keyof Measured): number =>
    median(measured.map((one) => one[target][figure]));
  const ratios = measured.map((one) => one.real.requestsPerSecond / one.ceiling.requestsPerSecond);
  const ratio = median(ratios);
  const perSecond = (target: 'ceiling' | 'real'): string => `${Math.round(of(target, 'requestsPerSecond'))} requests/s`;
  const cpu = (target: 'ceiling' | 'real'): string => `${of(target, 'cpuMicroseconds').toFixed(1)} µs CPU each`;
  return {
    requestsPerSecond: of('real', 'requestsPerSecond'),
    p99Ms: of('real', 'p99Ms'),
    rows: [
      {
        what: `${what}, ${connections} connections, share of the ceiling, median of ${pairs}`,
        result: `${ratio.toFixed(2)} (${ratios.map((one) => one.toFixed(2)).join(', ')})`,
        wanted: `≥ ${wanted}`,
        met: ratio >= wanted,
      },
      { what: '  ceiling', result: `${perSecond('ceiling')}, ${cpu('ceiling')}, p99 ${of('ceiling', 'p99Ms')} ms` },
      { what: '  ingest', result: `${perSecond('real')}, ${cpu('real')}, p99 ${of('real', 'p99Ms')} ms` },
    ],
  };
}

async function measure(target: Target, connections: number): Promise<Measured> {
  const before = await target.cpuSeconds();
  const { requestsPerSecond, answered, failed, p99 } = await load(target.url, { connections, seconds });
  if (failed > 0) throw new Error(`${failed} requests failed.`);
  return { requestsPerSecond, p99Ms: p99, cpuMicroseconds: (((await target.cpuSeconds()) - before) * 1e6) / answered };
}
