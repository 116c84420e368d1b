import { projectionVersion } from '@callstream/domain';
import { until } from '@callstream/stack';
import { connectTables, previousSchema, readPositions } from '@callstream/tables';
import { expectedRows, poolOf, readRows } from '@callstream/tables/testing';
import { produceWebhooks } from '../log/produce-webhooks.ts';
import { readLog } from '../log/read-log.ts';
import { startOlderSystem } from './older-system.ts';
import type { OlderSystem } from './older-system.ts';
import { recordedVersions } from './older-tables.ts';

const minutes = 60_000;
const succeeded = (text: string) => ({ code: 0, output: expect.stringContaining(text) as string });
const failed = (pattern: RegExp) => ({ code: 1, output: expect.stringMatching(pattern) as string });

async function expectUpgrade(system: OlderSystem): Promise<void> {
  const rebuilt = await system.command('rebuild', '--if-older');
  expect(rebuilt).toEqual(succeeded(`The tables of version ${projectionVersion} are live.`));
  // Includes texts that were too long for an index of an older version.
  expect(rebuilt.output).not.toMatch(/Excluded|Starting over/);
  // Without its dead letters, such as a body that is not JSON.
  const events = await readLog(system.kafka, system.topic, () => undefined);
  expect(await readRows(system.db)).toEqual(expectedRows(events));
}

it('a fixture with tables of each older version exists', () => {
  const older = Array.from({ length: projectionVersion - 2 }, (_, i) => String(i + 2));
  expect(recordedVersions).toEqual(expect.arrayContaining(older));
});

it.each(recordedVersions.slice(0, -1))(
  'rebuild --if-older replaces tables of version %s by the fold of the log',
  async (version) => {
    await using system = await startOlderSystem(version);
    await expectUpgrade(system);
  },
  2 * minutes,
);

describe('an upgrade of the tables of the newest recorded version', () => {
  let system: OlderSystem;
  let originalTables: unknown;

  beforeAll(async () => {
    system = await startOlderSystem(recordedVersions.at(-1) ?? '');
    originalTables = await system.liveTables();
  }, 2 * minutes);
  afterAll(() => system[Symbol.asyncDispose](), minutes);

  const callsOf = async (ids: readonly string[]): Promise<number> =>
    (await poolOf(system.db).query('select from calls where call_id = any($1::text[])', [ids])).rowCount ?? 0;

  it(
    'a projector of this version refuses older tables, names the remedy and changes nothing',
    async () => {
      const { code, output } = await system.command('run');
      expect(code).toBe(1);
      expect(output).toContain(
        `The tables are of projection version ${system.version}, this projector is of version ${projectionVersion}. To upgrade the tables (docs/upgrade.md): npm run projector -- rebuild.`,
      );
      expect(await system.liveTables()).toEqual(originalTables);
    },
    minutes,
  );

  it(
    'rebuild --unless-in-use refuses tables that services use',
    async () => {
      const url = system.env['DATABASE_URL'] ?? '';
      const services = ['callstream-gateway-board', 'callstream-projector'].map((name) =>
        connectTables({ url, max: 1, applicationName: name }),
      );
      // Taken from the pool, which closes a connection that is idle for 10 s.
      const connections = await Promise.all(services.map((db) => poolOf(db).connect()));
      expect(await system.command('rebuild', '--if-older', '--unless-in-use')).toEqual(
        failed(
          /services use them: callstream-gateway \(.*, backend \d+\), callstream-projector \(.*, backend \d+\).*docs\/upgrade\.md/,
        ),
      );
      for (const connection of connections) connection.release();
      await Promise.all(services.map((db) => db.end()));
      expect(await system.liveTables()).toEqual(originalTables);
    },
    minutes,
  );

  it(
    'rebuild --if-older replaces the tables, and verify finds no difference',
    async () => {
      await expectUpgrade(system);
      expect(await system.command('verify')).toEqual(succeeded('The live tables match the log.'));
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
      const rolledBack = `The tables of version ${system.version} are live; run projectors of that version.`;
      expect(await system.command('rollback')).toEqual(succeeded(rolledBack));
      expect(await system.liveTables()).toEqual(originalTables);
      expect((await readPositions(system.db, previousSchema))[0]?.version).toBe(projectionVersion);
      await until(() => !system.isRunning('projector'), {
        timeoutMs: minutes,
        onTimeout: () => new Error('A projector of this version still runs.'),
      });
      expect(system.tail('projector')).toContain(`The tables are of projection version ${system.version}`);
    },
    2 * minutes,
  );

  it(
    'a second rollback restores the tables of this version, caught up with the log',
    async () => {
      expect(await system.command('rollback')).toEqual(
        succeeded(`The tables of version ${projectionVersion} are live`),
      );
      expect(await callsOf(['1772456400.30102', 'after the upgrade'])).toBe(2);
      await system.start('projector');
    },
    2 * minutes,
  );
});
