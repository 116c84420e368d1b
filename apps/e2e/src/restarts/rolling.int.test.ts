import { testDatabase, testKafkaBrokers, testTopicName } from '@callstream/stack';
import { startLoadBalancedSystem } from '../system/load-balanced-system.ts';

it('a restart of each instance under load loses no accepted webhook, leaves no gap on a dashboard, and both instances work again', async () => {
  await using database = await testDatabase();
  const servers = { brokers: testKafkaBrokers(), topic: testTopicName(), databaseUrl: database.url };
  await using system = await startLoadBalancedSystem({ ...servers, perSecond: 50, seed: 1 });
  const { instances, load, clients } = system;
  await load.untilAccepted(50);
  for (const i of [0, 1]) {
    // One instance of each service at the same time: the services do not depend on each other.
    const stopped = [instances.ingest, instances.projector, instances.gateway].flatMap((pair) => pair[i] ?? []);
    await Promise.all(stopped.map(({ stop }) => stop()));
    await load.untilAccepted(25);
    await Promise.all(stopped.map(({ start }) => start()));
    await load.untilAccepted(25);
  }
  await load.untilAccepted(50);
  await system.expectNothingLost();
  expect(clients.map(({ connectionLosses }) => connectionLosses() > 0)).toEqual(clients.map(() => true));
  const partitions = instances.projector.map(({ metric }) => metric('callstream_projector_partitions'));
  expect(await Promise.all(partitions)).toEqual([6, 6]);
});
