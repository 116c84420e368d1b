import { testDatabase, testKafkaBrokers, testTopicName } from '@callstream/stack';
import { startLoadBalancedSystem } from '../system/load-balanced-system.ts';
import type { LoadBalancedSystem } from '../system/load-balanced-system.ts';

const perSecond = 200;
const kinds = ['ingest', 'projector', 'gateway'] as const;

async function withPairs(seed: number, use: (pairs: LoadBalancedSystem) => Promise<void>): Promise<void> {
  await using database = await testDatabase();
  const where = { brokers: testKafkaBrokers(), topic: testTopicName(), databaseUrl: database.url };
  await using pairs = await startLoadBalancedSystem({ ...where, perSecond, seed });
  await pairs.load.goOn(5 * perSecond);
  await use(pairs);
  await pairs.expectNothingLost();
}

it('rolling restarts of each service, three times over: nothing accepted is lost, and no dashboard has a gap or begins anew', async () => {
  await withPairs(1, async ({ members, load, watchers }) => {
    for (let round = 0; round < 3; round++)
      for (const kind of kinds)
        for (const member of members[kind]) {
          await member.stop();
          expect(await member.service().exited).toBe(0);
          await load.goOn(2 * perSecond);
          await member.start();
          await load.goOn(2 * perSecond);
        }
    expect(watchers.map(({ resets }) => resets())).toEqual(watchers.map(() => 0));
  });
});

it('kill -9 of one member after the other, of each service, and of one of each at the same time: the same', async () => {
  await withPairs(2, async ({ members, load }) => {
    for (const kind of kinds)
      for (const member of members[kind]) {
        await member.kill();
        await load.goOn(2 * perSecond);
        await member.start();
        await load.goOn(2 * perSecond);
      }
    for (const i of [0, 1]) {
      const hit = kinds.flatMap((kind) => members[kind][i] ?? []);
      await Promise.all(hit.map(({ kill }) => kill()));
      await load.goOn(2 * perSecond);
      await Promise.all(hit.map(({ start }) => start()));
      await load.goOn(2 * perSecond);
    }
  });
});
