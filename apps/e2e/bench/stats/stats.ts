import { insertGeneratedCalls } from '@callstream/tables/testing';
import type { System } from '../../src/system/system.ts';
import { eventsArg } from '../bench.ts';
import type { Bench, BenchRow } from '../bench.ts';
import { withSystem } from '../with-system.ts';
import type { Servers } from '../servers.ts';
import { dayMs, measureDay } from './day.ts';
import { measureLists } from './lists.ts';
import { measureQueueSnapshots } from './queue-snapshots.ts';

const eventsDefault = 1_000_000;

export interface StatsBenchOptions {
  readonly system: System;
  readonly servers: Servers;
  /** When the last of the made-up events was, in ms since 1970. */
  readonly now: number;
  readonly say: (line: string) => void;
}

/** `looks` and `lists` start the gateway, so `day` goes first. */
const parts: Readonly<Record<string, (measuring: StatsBenchOptions) => Promise<BenchRow[]>>> = {
  day: measureDay,
  looks: measureQueueSnapshots,
  lists: measureLists,
};

export const stats: Bench = {
  about: `totals of a day, looks for 1 and 1000 watchers, lists over HTTP; all, or of: ${Object.keys(parts).join(' ')} [EVENTS in the tables: 5000000 take three minutes]`,
  run: async (servers, say, args) => {
    const names = args.filter((arg) => Object.hasOwn(parts, arg));
    const events = eventsArg(
      args.filter((arg) => !names.includes(arg)),
      eventsDefault,
    );
    const now = Date.now();
    const use = async (system: System): Promise<BenchRow[]> => {
      say(`filling the tables with ${events} events …`);
      await insertGeneratedCalls(system.db, events, new Date(now - events * 100).toISOString());
      const rows: BenchRow[] = [];
      for (const [name, measure] of Object.entries(parts)) {
        if (names.length > 0 && !names.includes(name)) continue;
        const measured = await measure({ system, servers, now, say });
        for (const { what, result } of measured) say(`  ${what}: ${result}`);
        rows.push(...measured);
      }
      return rows;
    };
    return withSystem(servers, ['projector', 'ingest'], use, { TIME_ZONE: middayZone(now) });
  },
};

/** A time zone in which it is about 14 o'clock: so many of the events are of today. */
function middayZone(now: number): string {
  const began = new Date(now - dayMs);
  const west = began.getUTCHours() + Math.round(began.getUTCMinutes() / 60);
  const offset = west > 12 ? west - 24 : west;
  return `Etc/GMT${offset < 0 ? '' : '+'}${offset}`;
}
