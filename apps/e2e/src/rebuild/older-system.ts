import { testDatabase, testKafkaBrokers, testTopicName } from '@callstream/stack';
import { liveSchema } from '@callstream/tables';
import { describeSchema, poolOf } from '@callstream/tables/testing';
import { connectSilentKafka } from '../log/topic-dump.ts';
import { launch } from '../system/service-process.ts';
import { startSystem } from '../system/system.ts';
import type { System } from '../system/system.ts';
import { createOlderTables } from './older-tables.ts';

/** A system of this version, without services, on the log and tables that an older version left. */
export interface OlderSystem extends System {
  /** Version of its tables. */
  readonly version: number;
  /** Columns, indexes and rows of the live tables. */
  readonly liveTables: () => Promise<object>;
  /** Runs a command of the projector. @returns exit code and output */
  readonly command: (...args: string[]) => Promise<{ readonly code: number | null; readonly output: string }>;
}

/** @param recordedVersion one of `recordedVersions` */
export async function startOlderSystem(recordedVersion: string): Promise<OlderSystem> {
  await using cleanup = new AsyncDisposableStack();
  const brokers = testKafkaBrokers();
  const topic = testTopicName();
  const { url: databaseUrl } = cleanup.use(await testDatabase());
  const kafka = connectSilentKafka(brokers);
  const version = await createOlderTables({ kafka, topic, databaseUrl, version: recordedVersion });
  const system = cleanup.use(await startSystem({ brokers, topic, databaseUrl, services: [] }));
  const owned = cleanup.move();
  return {
    ...system,
    version,
    liveTables: () => liveTables(system),
    command: async (...args) => {
      const commandLine = ['apps/projector/src/main.ts', ...args];
      await using run = launch({ name: args[0] ?? '', args: commandLine, env: { ...system.env, LOG_LEVEL: 'warn' } });
      return { code: await run.exited, output: run.tail() };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function liveTables({ db }: System): Promise<object> {
  const lines = (sql: string): Promise<string[]> =>
    poolOf(db)
      .query<{ line: string }>(sql)
      .then(({ rows }) => rows.map(({ line }) => line));
  const tables = await lines(`select tablename as line from pg_tables where schemaname = '${liveSchema}' order by 1`);
  const rows = await Promise.all(
    tables.map((table) => lines(`select to_jsonb(t)::text as line from ${table} t order by 1`)),
  );
  const indexes = await lines(`select indexdef as line from pg_indexes where schemaname = '${liveSchema}' order by 1`);
  return { rows, indexes, columns: await describeSchema(db, liveSchema) };
}
