import { testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { connectTables, liveSchema, previousSchema, readPositions } from '@callstream/tables';
import { describeSchema } from '@callstream/tables/testing';
import { connectSilentKafka } from '../log/topic-dump.ts';
import { projectionVersion } from '@callstream/domain';
import { recordedVersions, createOlderTables } from './older-tables.ts';
import { produceWebhooks } from '../log/produce-webhooks.ts';
import { launch } from '../system/service-process.ts';
import { startSystem } from '../system/system.ts';
import type { System } from '../system/system.ts';

const minutes = 60_000;

describe.each(recordedVersions)('tables that version %s made', (version) => {
  let cleanup: AsyncDisposableStack;
  let system: System;
  let older: number;
  let asTheyWere: unknown;

  beforeAll(async () => {
    cleanup = new AsyncDisposableStack();
    const brokers = testKafkaBrokers();
    const topic = testTopicName();
    const database = cleanup.use(await testDatabase());
    older = await createOlderTables({ kafka: connectSilentKafka(brokers), topic, databaseUrl: database.url, version });
    system = cleanup.use(await startSystem({ brokers, topic, databaseUrl: database.url, services: [] }));
    asTheyWere = await liveTables();
  }, 2 * minutes);
  afterAll(() => cleanup.disposeAsync(), minutes);

  /** Shape and content of the live tables. */
  async function liveTables(): Promise<object> {
    const { db } = system;
    const all = (sql: string): Promise<string[]> =>
      db.query<{ line: string }>(sql).then(({ rows }) => rows.map(({ line }) => line));
    const tables = await all(`select tablename as line from pg_tables where schemaname = '${liveSchema}' order by 1`);
    const rows = await Promise.all(
      tables.map((table) => all(`select to_jsonb(t)::text as line from ${table} t order by 1`)),
    );
    const indexes = await all(`select indexdef as line from pg_indexes where schemaname = '${liveSchema}' order by 1`);
    return { rows, indexes, columns: await describeSchema(db, liveSchema) };
  }

  /** A command of the projector. @returns its exit code and what it says */
  async function command(...args: string[]): Promise<{ code: number | null; said: string }> {
    const all = ['apps/projector/src/main.ts', ...args];
    await using run = launch({ name: args[0] ?? '', args: all, env: { ...system.env, LOG_LEVEL: 'warn' } });
    return { code: await run.exited, said: run.tail() };
  }
  const done = (said: string) => ({ code: 0, said: expect.stringContaining(said) as string });
  const refused = (said: RegExp) => ({ code: 1, said: expect.stringMatching(said) as string });
  const verified = done('The live tables are what the log says.');
  const callsOf = async (ids: readonly string[]): Promise<number> =>
    (await system.db.query('select from calls where call_id = any($1::text[])', [ids])).rowCount ?? 0;

  it(
    'are refused by a projector of this version, which names the remedy and changes nothing',
    async () => {
      const { code, said } = await command('run');
      expect(code).toBe(1);
      expect(said).toContain(
        `The tables are of projection version ${older}, this projector is of version ${projectionVersion}. To upgrade the tables (docs/upgrade.md): npm run projector -- rebuild.`,
      );
      expect(await liveTables()).toEqual(asTheyWere);
    },
    minutes,
  );

  it(
    'are not taken from services that use them, unless that is wanted',
    async () => {
      const url = system.env['DATABASE_URL'] ?? '';
      const used = connectTables({ url, max: 1, applicationName: 'callstream-projector' });
      await used.query('select from positions');
      expect(await command('rebuild', '--if-older', '--unless-in-use')).toEqual(
        refused(/services use them: callstream-projector \(.*, backend \d+\).*docs\/upgrade\.md/),
      );
      await used.end();
      expect(await liveTables()).toEqual(asTheyWere);
    },
    minutes,
  );

  it(
    'are rebuilt beside the live ones and swapped, and are what the log says',
    async () => {
      const rebuilt = await command('rebuild', '--if-older');
      expect(rebuilt).toEqual(done(`The tables of version ${projectionVersion} are live.`));
      // Also what has longer texts than an index of the older version took.
      expect(rebuilt.said).not.toMatch(/Left out|Beginning again/);
      expect(await command('verify')).toEqual(verified);
    },
    2 * minutes,
  );

  it(
    'then projector and gateway go on, with what there was and what is new',
    async () => {
      await Promise.all([system.start('projector'), system.start('gateway')]);
      const body = { type: 'call.new', call_id: 'after the upgrade', timestamp: '2026-03-03T09:00:00Z' };
      await produceWebhooks(system, [JSON.stringify(body)], Date.UTC(2026, 2, 3, 9));
      await system.projected();
      expect(await callsOf(['1772456400.30102', 'after the upgrade'])).toBe(2);
      for (const id of ['1772456400.30102', 'after%20the%20upgrade']) {
        const answer = await fetch(`${system.socketUrl.replace('ws:', 'http:')}api/calls/${id}`);
        expect([id, answer.status]).toEqual([id, 200]);
      }
    },
    minutes,
  );

  it(
    'come back as they were by a rollback, for a projector of their version; one of this version ends',
    async () => {
      await system.kill('gateway');
      const rolledBack = `The tables of version ${older} are live; run projectors of that version.`;
      expect(await command('rollback')).toEqual(done(rolledBack));
      expect(await liveTables()).toEqual(asTheyWere);
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
    'give way again to those of this version, which are brought up to the end of the log',
    async () => {
      expect(await command('rollback')).toEqual(done(`The tables of version ${projectionVersion} are live`));
      expect(await callsOf(['1772456400.30102', 'after the upgrade'])).toBe(2);
      await system.start('projector');
    },
    2 * minutes,
  );
});

it('there are tables of an older version to be upgraded', () => expect(recordedVersions).toContain('2'));
