import { insertGeneratedCalls } from '@callstream/tables/testing';
import type { System } from '../../src/system/system.ts';
import { eventsArg } from '../bench.ts';
import type { Bench, BenchRow, ReportProgress } from '../bench.ts';
import { keepText, withYear } from '../travel/with-year.ts';
import { withSystem } from '../with-system.ts';
import type { Servers } from '../servers.ts';
import { dayMs, measureDay } from './day.ts';
import { measureLists } from './lists.ts';
import { measureQueueSnapshots } from './queue-snapshots.ts';
import { measureYear, yearTimeZone } from './year.ts';

const eventsDefault = 1_000_000;

export interface StatsBenchOptions {
  readonly system: System;
  readonly servers: Servers;
  /** Time of the last generated event, ms since 1970. */
  readonly now: number;
  readonly report: ReportProgress;
}

/** `day` comes first, because `looks` and `lists` start the gateway. */
const parts: Readonly<Record<string, (measuring: StatsBenchOptions) => Promise<BenchRow[]>>> = {
  day: measureDay,
  looks: measureQueueSnapshots,
  lists: measureLists,
};

/** Has other tables than {@link parts}. */
const yearPart = 'year';

export const stats: Bench = {
  about:
    'totals of the visits and calls of a day, queue snapshots for 1 and 1000 clients, lists over HTTP; a year from buckets',
  argsText: `parts (default: all): ${Object.keys(parts).join(', ')}; or ${yearPart} alone, with tables of its own; and EVENTS in the tables (default: ${eventsDefault}; 5000000 take three minutes more, a year of 20000000 eight)`,
  keepText: `with ${yearPart}: ${keepText}`,
  minutes: 5,
  run: async (servers, report, args) => {
    if (args[0] === yearPart) {
      const yearEvents = eventsArg(args.slice(1), eventsDefault);
      const options = { events: yearEvents, onlyNumbers: true, settings: { TIME_ZONE: yearTimeZone }, report };
      return withYear(servers, options, (system, year) => measureYear({ system, year, events: yearEvents, report }));
    }
    const names = args.filter((arg) => Object.hasOwn(parts, arg));
    const events = eventsArg(
      args.filter((arg) => !names.includes(arg)),
      eventsDefault,
    );
    const now = Date.now();
    const use = async (system: System): Promise<BenchRow[]> => {
      report(`filling the tables with ${events} events …`);
      await insertGeneratedCalls(system.db, events, new Date(now - events * 100).toISOString());
      const rows: BenchRow[] = [];
      for (const [name, measure] of Object.entries(parts)) {
        if (names.length > 0 && !names.includes(name)) continue;
        const measured = await measure({ system, servers, now, report });
        for (const { name, result } of measured) report(`  ${name}: ${result}`);
        rows.push(...measured);
      }
      return rows;
    };
    return withSystem(servers, { services: ['projector', 'ingest'], settings: { TIME_ZONE: middayZone(now) } }, use);
  },
};

/** A time zone in which it is about 14:00, so that many of the events are of today. */
function middayZone(now: number): string {
  const dayStart = new Date(now - dayMs);
  const hours = dayStart.getUTCHours() + Math.round(dayStart.getUTCMinutes() / 60);
  const offset = hours > 12 ? hours - 24 : hours;
  return `Etc/GMT${offset < 0 ? '' : '+'}${offset}`;
}
