import { testDatabase, testKafkaBrokers, testTopicName } from '@callstream/stack';
import { startLoadBalancedSystem } from '../system/load-balanced-system.ts';
import type { LoadBalancedSystem } from '../system/load-balanced-system.ts';

const perSecond = 200;
const kinds = ['ingest', 'projector', 'gateway'] as const;

async function withLoad(seed: number, use: (system: LoadBalancedSystem) => Promise<void>): Promise<void> {
  await using database = await testDatabase();
  const servers = { brokers: testKafkaBrokers(), topic: testTopicName(), databaseUrl: database.url };
  await using system = await startLoadBalancedSystem({ ...servers, perSecond, seed });
  await system.load.untilAccepted(5 * perSecond);
  await use(system);
  await system.expectNothingLost();
}

it('three rolling restarts of each service lose no accepted webhook, and no dashboard has a gap or a reset', async () => {
  await withLoad(1, async ({ instances, load, clients }) => {
    for (let round = 0; round < 3; round++)
      for (const kind of kinds)
        for (const instance of instances[kind]) {
          await instance.stop();
          expect(await instance.service().exited).toBe(0);
          await load.untilAccepted(2 * perSecond);
          await instance.start();
          await load.untilAccepted(2 * perSecond);
        }
    expect(clients.map(({ resets }) => resets())).toEqual(clients.map(() => 0));
  });
});

it('kill -9 of each instance, and of one of each service at once, loses no accepted webhook and leaves no gap on a dashboard', async () => {
  await withLoad(2, async ({ instances, load }) => {
    for (const kind of kinds)
      for (const instance of instances[kind]) {
        await instance.kill();
        await load.untilAccepted(2 * perSecond);
        await instance.start();
        await load.untilAccepted(2 * perSecond);
      }
    for (const i of [0, 1]) {
      const killed = kinds.flatMap((kind) => instances[kind][i] ?? []);
      await Promise.all(killed.map(({ kill }) => kill()));
      await load.untilAccepted(2 * perSecond);
      await Promise.all(killed.map(({ start }) => start()));
      await load.untilAccepted(2 * perSecond);
    }
  });
});
