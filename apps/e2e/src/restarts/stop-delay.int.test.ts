import { testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { startInstance } from '../system/instance.ts';
import { startSystem } from '../system/system.ts';

it.each([
  ['ingest', '/openapi.json'],
  ['gateway', '/api/calls'],
] as const)(
  '%s with STOP_DELAY_SECONDS: a load balancer sees 503 at /readyz first, and new connections are answered meanwhile',
  async (name, path) => {
    await using database = await testDatabase();
    const topic = testTopicName();
    await using system = await startSystem({
      ...{ brokers: testKafkaBrokers(), topic, databaseUrl: database.url, services: [] },
      settings: { STOP_DELAY_SECONDS: '3' },
    });
    await using member = await startInstance(name, system.env);
    const statusOf = async (port: number, of: string): Promise<number> => {
      const answer = await fetch(`http://127.0.0.1:${port}${of}`, { headers: { connection: 'close' } });
      await answer.body?.cancel();
      return answer.status;
    };
    expect([await statusOf(member.adminPort, '/readyz'), await statusOf(member.port, path)]).toEqual([200, 200]);
    const stopped = member.stop();
    const onTimeout = (): Error => new Error('/readyz never says 503.');
    await until(async () => (await statusOf(member.adminPort, '/readyz')) === 503, { timeoutMs: 30_000, onTimeout });
    expect(await statusOf(member.port, path)).toBe(200);
    await stopped;
    expect(await member.service().exited).toBe(0);
    await expect(statusOf(member.port, path)).rejects.toThrow('fetch failed');
  },
  180_000,
);
