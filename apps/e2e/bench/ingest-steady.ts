import type { Row } from './bench.ts';
import { load } from './load.ts';
import type { Target } from './target.ts';

const seconds = 60;
const connections = 64;
const share = 0.8;
/** Most that the memory may be at the end, compared with before. */
const growthMax = 1.15;

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

/** A minute at a load that it can bear. `most`: requests per second that it makes when it is pushed. */
export async function measureSteady(target: Target, most: number, say: (line: string) => void): Promise<Row[]> {
  const rate = Math.round(most * share);
  say(`${seconds} s at ${rate} requests/s`);
  const before = await target.rssBytes();
  const { requestsPerSecond, failed, p50, p99 } = await load(target.url, { connections, seconds, rate });
  const after = await target.rssBytes();
  return [
    {
      what: `${seconds} s at ${share * 100} % load: memory before and after, answers that were not 200`,
      result: `${megabytes(before)}, ${megabytes(after)}, ${failed}`,
      wanted: `≤ ${growthMax} ×, none`,
      met: after <= before * growthMax && failed === 0,
    },
    { what: '  reached, p50, p99', result: `${Math.round(requestsPerSecond)} requests/s, ${p50} ms, ${p99} ms` },
  ];
}
