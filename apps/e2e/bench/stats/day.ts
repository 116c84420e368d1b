import { countVisits } from '@callstream/tables';
import type { BenchRow } from '../bench.ts';
import type { StatsBenchOptions } from './stats.ts';
import { formatLatency } from '../../src/load/statistics.ts';
import { measureMs } from './timed.ts';

const eventsOfDay = 500_000;
/** The made-up centre makes ten events a second. */
export const dayMs = (eventsOfDay / 10) * 1_000;
const colds = 3;
const warms = 20;

/** Totals of the last day: from a Postgres that has just started and files that nobody has read, and again and again. */
export async function measureDay({ system: { db }, servers, now, say }: StatsBenchOptions): Promise<BenchRow[]> {
  say('asking for the totals of a day …');
  const count = () =>
    countVisits(db, {
      ...{ from: new Date(now - dayMs).toISOString(), to: new Date(now).toISOString(), queues: null },
      ...{ serviceLevelMs: 20_000, shortAbandonMs: 5_000, interval: null, timeZone: 'UTC' },
    });
  const rows: BenchRow[] = [];
  const what = `totals of a day of ${eventsOfDay} events`;
  if (servers.restartPostgres) {
    // What filled the tables is to be on the disk, and the visibility map to be there, as on any day but the first.
    await db.query('vacuum analyze');
    const cold: number[] = [];
    let isForgotten = true;
    for (let i = 0; i < colds; i++) {
      isForgotten = (await servers.restartPostgres()) && isForgotten;
      await db.query('select 1');
      cold.push(await measureMs(count));
    }
    const cache = isForgotten ? "nothing in the system's cache" : "files still in the system's cache";
    rows.push({
      what: `${what}, Postgres just started, ${cache}`,
      result: cold.map((ms) => `${ms.toFixed(0)} ms`).join(', '),
    });
  }
  const warm: number[] = [];
  for (let i = 0; i < warms; i++) warm.push(await measureMs(count));
  return [...rows, { what: `${what}, warm, ${warms} times`, result: formatLatency(warm) }];
}
