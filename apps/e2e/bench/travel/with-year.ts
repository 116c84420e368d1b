import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectionVersion } from '@callstream/domain';
import { databaseAt, replaceDatabase } from '@callstream/stack';
import { insertYearOfEvents } from '@callstream/tables/testing';
import { startSystem } from '../../src/system/system.ts';
import type { System } from '../../src/system/system.ts';
import type { BenchRow, ReportProgress } from '../bench.ts';
import type { Servers } from '../servers.ts';
import { withSystem } from '../with-system.ts';
import { yearOfCalls } from './year-of-calls.ts';
import type { YearOfCalls } from './year-of-calls.ts';

interface WithYearOptions {
  readonly events: number;
  /** Whether only the numbers of the year are read: then tables that are not kept get no events of calls. */
  readonly onlyNumbers?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
  readonly report: ReportProgress;
}

type UseYear = (system: System, year: YearOfCalls) => Promise<BenchRow[]>;

/** Help of `--keep`. */
export const keepText =
  'folder of Kafka and Postgres that stays, with the filled tables: a next run with as many EVENTS begins at once; not with KAFKA_BROKERS or DATABASE_URL';

/** Runs `use` with a system without services, whose tables have a year of calls: filled now, or kept since an earlier run. */
export async function withYear(servers: Servers, options: WithYearOptions, use: UseYear): Promise<BenchRow[]> {
  const { events, onlyNumbers = false, settings = {}, report } = options;
  const { keptFolder: folder } = servers;
  if (folder !== null) return withKeptYear({ ...servers, folder }, options, use);
  return withSystem(servers, { services: [], settings }, async (system) => {
    const year = yearOfCalls(events, Date.now());
    report(`filling the tables with a year of ${events} events …`);
    await insertYearOfEvents(system.db, {
      ...year,
      report,
      ...(onlyNumbers && { tables: ['calls', 'visits', 'segments'] }),
    });
    return use(system, year);
  });
}

/** Written when the tables are full. */
interface KeptYear {
  /** ms since 1970. */
  readonly end: number;
}

async function withKeptYear(
  { brokers, databaseUrl: server, folder }: Pick<Servers, 'brokers' | 'databaseUrl'> & { readonly folder: string },
  { events, settings = {}, report }: WithYearOptions,
  use: UseYear,
): Promise<BenchRow[]> {
  const name = `year_${events}_version_${projectionVersion}`;
  const keptFile = join(folder, `${name}.json`);
  const kept = existsSync(keptFile) ? (JSON.parse(await readFile(keptFile, 'utf8')) as KeptYear) : null;
  const database = `bench_${name}`;
  // Without what an interrupted fill has left.
  const databaseUrl = kept === null ? await replaceDatabase(server, database) : databaseAt(server, database);
  const topic = `bench-${name}`;
  await using system = await startSystem({ brokers, topic, databaseUrl, services: [], settings });
  const { end } = kept ?? { end: Date.now() };
  const year = yearOfCalls(events, end);
  if (kept === null) {
    report(`filling the tables with a year of ${events} events, which stay in ${folder} …`);
    await insertYearOfEvents(system.db, { ...year, report });
    await writeFile(keptFile, JSON.stringify({ end } satisfies KeptYear));
  }
  return await use(system, year);
}
