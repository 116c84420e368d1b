import { testDatabase, testKafkaBrokers, testTopicName } from '@callstream/stack';
import { startLoadBalancedSystem } from '../system/load-balanced-system.ts';

it('two of each, restarted one after the other under load: nothing accepted is lost, no gap on a dashboard, and both work again', async () => {
  await using database = await testDatabase();
  const where = { brokers: testKafkaBrokers(), topic: testTopicName(), databaseUrl: database.url };
  await using pairs = await startLoadBalancedSystem({ ...where, perSecond: 50, seed: 1 });
  const { members, load, watchers } = pairs;
  await load.goOn(50);
  for (const i of [0, 1]) {
    // The services do not know of each other: one of each kind at the same time is as much as can be away.
    const away = [members.ingest, members.projector, members.gateway].flatMap((pair) => pair[i] ?? []);
    await Promise.all(away.map(({ stop }) => stop()));
    await load.goOn(25);
    await Promise.all(away.map(({ start }) => start()));
    await load.goOn(25);
  }
  await load.goOn(50);
  await pairs.expectNothingLost();
  expect(watchers.map(({ losses }) => losses() > 0)).toEqual(watchers.map(() => true));
  const partitions = members.projector.map(({ metric }) => metric('callstream_projector_partitions'));
  expect(await Promise.all(partitions)).toEqual([6, 6]);
}, 180_000);
