import { testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { connectTables, liveSchema, previousSchema, readPositions } from '@callstream/tables';
import { describeSchema, poolOf } from '@callstream/tables/testing';
import { connectSilentKafka } from '../log/topic-dump.ts';
import { projectionVersion } from '@callstream/domain';
import { recordedVersions, createOlderTables } from './older-tables.ts';
import { produceWebhooks } from '../log/produce-webhooks.ts';
import { launch } from '../system/service-process.ts';
import { startSystem } from '../system/system.ts';
import type { System } from '../system/system.ts';

const minutes = 60_000;

describe.each(recordedVersions)('an upgrade of tables of version %s', (version) => {
  let cleanup: AsyncDisposableStack;
  let system: System;
  let older: number;
  let originalTables: unknown;

  beforeAll(async () => {
    cleanup = new AsyncDisposableStack();
    const brokers = testKafkaBrokers();
    const topic = testTopicName();
    const database = cleanup.use(await testDatabase());
    older = await createOlderTables({ kafka: connectSilentKafka(brokers), topic, databaseUrl: database.url, version });
    system = cleanup.use(await startSystem({ brokers, topic, databaseUrl: database.url, services: [] }));
    originalTables = await liveTables();
  }, 2 * minutes);
  afterAll(() => cleanup.disposeAsync(), minutes);

  /** Columns, indexes and rows of the live tables. */
  async function liveTables(): Promise<object> {
    const { db } = system;
    const lines = (sql: string): Promise<string[]> =>
      poolOf(db)
        .query<{ line: string }>(sql)
        .then(({ rows }) => rows.map(({ line }) => line));
    const tables = await lines(`select tablename as line from pg_tables where schemaname = '${liveSchema}' order by 1`);
    const rows = await Promise.all(
      tables.map((table) => lines(`select to_jsonb(t)::text as line from ${table} t order by 1`)),
    );
    const indexes = await lines(
      `select indexdef as line from pg_indexes where schemaname = '${liveSchema}' order by 1`,
    );
    return { rows, indexes, columns: await describeSchema(db, liveSchema) };
  }

  /** Runs a command of the projector. @returns exit code and output */
  async function command(...args: string[]): Promise<{ code: number | null; output: string }> {
    const commandLine = ['apps/projector/src/main.ts', ...args];
    await using run = launch({ name: args[0] ?? '', args: commandLine, env: { ...system.env, LOG_LEVEL: 'warn' } });
    return { code: await run.exited, output: run.tail() };
  }
  const succeeded = (text: string) => ({ code: 0, output: expect.stringContaining(text) as string });
  const failed = (pattern: RegExp) => ({ code: 1, output: expect.stringMatching(pattern) as string });
  const verified = succeeded('The live tables match the log.');
  const callsOf = async (ids: readonly string[]): Promise<number> =>
    (await poolOf(system.db).query('select from calls where call_id = any($1::text[])', [ids])).rowCount ?? 0;

  it(
    'a projector of this version refuses older tables, names the remedy and changes nothing',
    async () => {
      const { code, output } = await command('run');
      expect(code).toBe(1);
      expect(output).toContain(
        `The tables are of projection version ${older}, this projector is of version ${projectionVersion}. To upgrade the tables (docs/upgrade.md): npm run projector -- rebuild.`,
      );
      expect(await liveTables()).toEqual(originalTables);
    },
    minutes,
  );

  it(
    'rebuild --unless-in-use refuses tables that services use',
    async () => {
      const url = system.env['DATABASE_URL'] ?? '';
      const user = connectTables({ url, max: 1, applicationName: 'callstream-projector' });
      await poolOf(user).query('select from positions');
      expect(await command('rebuild', '--if-older', '--unless-in-use')).toEqual(
        failed(/services use them: callstream-projector \(.*, backend \d+\).*docs\/upgrade\.md/),
      );
      await user.end();
      expect(await liveTables()).toEqual(originalTables);
    },
    minutes,
  );

  it(
    'rebuild --if-older replaces older tables, and verify finds no difference',
    async () => {
      const rebuilt = await command('rebuild', '--if-older');
      expect(rebuilt).toEqual(succeeded(`The tables of version ${projectionVersion} are live.`));
      // Includes texts that were too long for an index of the older version.
      expect(rebuilt.output).not.toMatch(/Excluded|Starting over/);
      expect(await command('verify')).toEqual(verified);
    },
    2 * minutes,
  );

  it(
    'projector and gateway serve old and new calls after the upgrade',
    async () => {
      await Promise.all([system.start('projector'), system.start('gateway')]);
      const body = { type: 'call.new', call_id: 'after the upgrade', timestamp: '2026-03-03T09:00:00Z' };
      await produceWebhooks(system, [JSON.stringify(body)], Date.UTC(2026, 2, 3, 9));
      await system.untilProjected();
      expect(await callsOf(['1772456400.30102', 'after the upgrade'])).toBe(2);
      for (const id of ['1772456400.30102', 'after%20the%20upgrade']) {
        const response = await fetch(`${system.socketUrl.replace('ws:', 'http:')}api/calls/${id}`);
        expect([id, response.status]).toEqual([id, 200]);
      }
    },
    minutes,
  );

  it(
    'a rollback restores the older tables unchanged, and a projector of this version exits',
    async () => {
      await system.kill('gateway');
      const rolledBack = `The tables of version ${older} are live; run projectors of that version.`;
      expect(await command('rollback')).toEqual(succeeded(rolledBack));
      expect(await liveTables()).toEqual(originalTables);
      expect((await readPositions(system.db, previousSchema))[0]?.version).toBe(projectionVersion);
      await until(() => !system.isRunning('projector'), {
        timeoutMs: minutes,
        onTimeout: () => new Error('A projector of this version still runs.'),
      });
      expect(system.tail('projector')).toContain(`The tables are of projection version ${older}`);
    },
    2 * minutes,
  );

  it(
    'a second rollback restores the tables of this version, caught up with the log',
    async () => {
      expect(await command('rollback')).toEqual(succeeded(`The tables of version ${projectionVersion} are live`));
      expect(await callsOf(['1772456400.30102', 'after the upgrade'])).toBe(2);
      await system.start('projector');
    },
    2 * minutes,
  );
});

it('a fixture with tables of an older version exists', () =>
  expect(recordedVersions).toEqual(expect.arrayContaining(['2', '3'])));
