import { countCalls, countVisits } from '@callstream/tables';
import { poolOf } from '@callstream/tables/testing';
import { measureMs } from '../bench.ts';
import type { BenchRow } from '../bench.ts';
import type { StatsBenchOptions } from './stats.ts';
import { formatLatency } from '../../src/load/statistics.ts';

const eventsOfDay = 500_000;
/** The generated data has ten events per second. */
export const dayMs = (eventsOfDay / 10) * 1_000;
const coldRuns = 3;
const warmRuns = 20;

/** Totals of the visits and calls of the last day: with cold caches right after a restart of Postgres, and with warm caches. */
export async function measureDay({ system: { db }, servers, now, report }: StatsBenchOptions): Promise<BenchRow[]> {
  report('totals of a day …');
  const day = {
    from: new Date(now - dayMs).toISOString(),
    to: new Date(now).toISOString(),
    queues: null,
    interval: null,
    timeZone: 'UTC',
  };
  const count = async (): Promise<void> => {
    await countVisits(db, { ...day, serviceLevelMs: 20_000, shortAbandonMs: 5_000 });
    await countCalls(db, { ...day, now, staleAfterMs: 7_200_000 });
  };
  const rows: BenchRow[] = [];
  const label = `totals of a day of ${eventsOfDay} events`;
  if (servers.restartPostgres) {
    // Writes hint bits and the visibility map, as autovacuum does in a running system.
    await poolOf(db).query('vacuum analyze');
    const cold: number[] = [];
    let isCacheDropped = true;
    for (let i = 0; i < coldRuns; i++) {
      isCacheDropped = (await servers.restartPostgres()) && isCacheDropped;
      await poolOf(db).query('select 1');
      cold.push(await measureMs(count));
    }
    const cache = isCacheDropped ? 'cold file cache' : 'files possibly still in the file cache';
    rows.push({
      name: `${label}, Postgres just started, ${cache}`,
      result: cold.map((ms) => `${ms.toFixed(0)} ms`).join(', '),
    });
  }
  const warm: number[] = [];
  for (let i = 0; i < warmRuns; i++) warm.push(await measureMs(count));
  return [...rows, { name: `${label}, warm, ${warmRuns} times`, result: formatLatency(warm) }];
}
