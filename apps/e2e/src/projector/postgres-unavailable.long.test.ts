import { setTimeout as pause } from 'node:timers/promises';
import { startProxyFor, testDatabase, testKafkaBrokers, until } from '@callstream/stack';
import { poolOf } from '@callstream/tables/testing';
import { startProjectorGroup } from './projector-group.ts';
import type { ProjectorProcess } from './projector-group.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';

const rebalances = async (projector: ProjectorProcess): Promise<number> =>
  Number(/^callstream_projector_rebalances_total (\d+)/m.exec(await projector.metrics())?.[1]);

it('while Postgres is unavailable for a minute and a projector is killed, the consumer group still rebalances, and each event is stored once', async () => {
  await using database = await testDatabase();
  const { proxy: postgres, url } = await startProxyFor(database.url);
  await using proxy = postgres;
  await using projectors = await startProjectorGroup(testKafkaBrokers(), url);
  const { system, start, produce } = projectors;
  const [survivor, killed] = [await start(), await start()];
  await produce(600);
  await expectTablesToBeFoldOfLog(system);

  const rebalancesBefore = await rebalances(survivor);
  await proxy.refuse();
  const unavailableSince = performance.now();
  let events = 600;
  const produceFor = async (forMs: number): Promise<void> => {
    for (const until = performance.now() + forMs; performance.now() < until; await pause(250)) {
      await produce(60);
      events += 60;
    }
  };
  await produceFor(10_000);
  await killed.kill();
  await produceFor(40_000);
  // The survivor takes over the partitions although all of its batches wait for Postgres.
  await until(async () => (await rebalances(survivor)) > rebalancesBefore, {
    onTimeout: () => new Error('The consumer group does not rebalance while Postgres is unavailable.'),
  });
  expect(await survivor.readyz()).toMatch(/^Retrying since .*: Postgres cannot be reached/);
  await produceFor(Math.max(0, 60_000 - (performance.now() - unavailableSince)));
  await proxy.resume();
  await expectTablesToBeFoldOfLog(system);
  const { rows } = await poolOf(system.db).query(
    'select count(*) as events, sum(deliveries)::int as deliveries from events',
  );
  expect(rows).toEqual([{ events, deliveries: events }]);
  await until(async () => /^ok/.test(await survivor.readyz()), {
    onTimeout: () => new Error('The projector is not ready after Postgres is back.'),
  });
});
