import { setTimeout as pause } from 'node:timers/promises';
import { startProxyFor, testDatabase, testKafkaBrokers, until } from '@callstream/stack';
import { startProjectorGroup } from './projector-group.ts';
import type { ProjectorProcess } from './projector-group.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';

const rebalances = async (projector: ProjectorProcess): Promise<number> =>
  Number(/^callstream_projector_rebalances_total (\d+)/m.exec(await projector.metrics())?.[1]);

it('Postgres is away for a minute while events come and a projector dies: the group does not wait for it, and each event is there once', async () => {
  await using database = await testDatabase();
  const { proxy: postgres, url } = await startProxyFor(database.url);
  await using proxy = postgres;
  await using projectors = await startProjectorGroup(testKafkaBrokers(), url);
  const { system, start, put } = projectors;
  const [stays, dies] = [await start(), await start()];
  await put(600);
  await expectTablesToBeFoldOfLog(system);

  const joined = await rebalances(stays);
  await proxy.refuse();
  const away = performance.now();
  let events = 600;
  const puts = async (forMs: number): Promise<void> => {
    for (const until = performance.now() + forMs; performance.now() < until; await pause(250)) {
      await put(60);
      events += 60;
    }
  };
  await puts(10_000);
  await dies.kill();
  await puts(40_000);
  // Its partitions were taken over by a projector whose every batch waits for Postgres.
  await until(async () => (await rebalances(stays)) > joined, {
    timeoutMs: 60_000,
    onTimeout: () => new Error('the group waits for Postgres'),
  });
  expect(await stays.readyz()).toMatch(/^Trying again since .*: Postgres cannot be reached/);
  await puts(Math.max(0, 60_000 - (performance.now() - away)));
  await proxy.resume();
  await expectTablesToBeFoldOfLog(system);
  const { rows } = await system.db.query('select count(*) as events, sum(deliveries)::int as deliveries from events');
  expect(rows).toEqual([{ events, deliveries: events }]);
  await until(async () => /^ok/.test(await stays.readyz()), {
    timeoutMs: 60_000,
    onTimeout: () => new Error('it does not get ready'),
  });
});
