import { nextSchema } from '@callstream/tables';
import { ignoreMarks, measureCountingBuckets } from '@callstream/tables/testing';
import { simulatedBodies } from '../../src/load/simulated-webhooks.ts';
import { median } from '../../src/load/statistics.ts';
import { eventsAndRunsText, eventsArg, runsArg } from '../bench.ts';
import type { Bench, BenchRow, ReportProgress } from '../bench.ts';
import type { Servers } from '../servers.ts';
import { projectBacklog } from './backlog.ts';
import { rebuildTopic } from './rebuild.ts';

const eventsDefault = 1_000_000;
/** Events per second of the simulated time: about 300 calls at once. */
const rate = 40;
/** Goals for what buckets cost, as a share of the time without them. */
const projectorShareMax = 0.05;
const rebuildShareMax = 0.1;

export const buckets: Bench = {
  about: 'what the counts in buckets cost the projector, by turns with and without their marks, and a rebuild',
  argsText: eventsAndRunsText(eventsDefault),
  minutes: 10,
  run: async (servers, report, args) => {
    const options = { events: eventsArg(args, eventsDefault), runs: runsArg(args) };
    return [await measureProjector(servers, options, report), await measureRebuild(servers, options, report)];
  },
};

interface BucketsBenchOptions {
  readonly events: number;
  readonly runs: number;
}

async function measureProjector(
  servers: Servers,
  { events, runs }: BucketsBenchOptions,
  report: ReportProgress,
): Promise<BenchRow> {
  const bodies: string[] = [];
  for await (const body of simulatedBodies(events, rate)) bodies.push(body);
  const rates = { with: [] as number[], without: [] as number[] };
  for (let run = 1; run <= runs; run++) {
    // By turns first: the first of two runs may be slower.
    const order = run % 2 === 0 ? (['with', 'without'] as const) : (['without', 'with'] as const);
    for (const marks of order) {
      const prepare = marks === 'without' ? ignoreMarks : undefined;
      rates[marks].push((await projectBacklog(servers, bodies, prepare)).eventsPerSecond);
    }
    report(`run ${run} of ${runs}: events/s ${JSON.stringify(rates)}`);
  }
  const share = median(rates.without) / median(rates.with) - 1;
  const text = (each: readonly number[]): string => each.map(Math.round).join(', ');
  return {
    name: `projector, ${events} events, with marks and refresh every 30 s; without`,
    result: `${text(rates.with)} events/s; ${text(rates.without)}: ${percent(share)} more time`,
    target: `≤ ${percent(projectorShareMax)}`,
    met: share <= projectorShareMax,
  };
}

async function measureRebuild(
  servers: Servers,
  { events, runs }: BucketsBenchOptions,
  report: ReportProgress,
): Promise<BenchRow> {
  const shares: number[] = [];
  const texts: string[] = [];
  for (let run = 1; run <= runs; run++)
    await rebuildTopic(servers, events, async ({ system, ms }) => {
      const countMs = await measureCountingBuckets(system.db, nextSchema);
      shares.push(countMs / (ms - countMs));
      texts.push(`${Math.round(countMs)} of ${Math.round(ms)} ms`);
      report(`rebuild ${run} of ${runs}: ${texts.at(-1) ?? ''}`);
    });
  return {
    name: `rebuild, ${events} events: counting the buckets`,
    result: `${texts.join(', ')}: ${percent(median(shares))} more time`,
    target: `≤ ${percent(rebuildShareMax)}`,
    met: median(shares) <= rebuildShareMax,
  };
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
