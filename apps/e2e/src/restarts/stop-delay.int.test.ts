import { testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { migrated } from '@callstream/tables/testing';
import { startInstance } from '../system/instance.ts';
import { startSystem } from '../system/system.ts';

// Concurrent, because both mostly wait for the delay.
it.concurrent.each([
  ['ingest', '/openapi.json'],
  ['gateway', '/api/calls'],
] as const)(
  '%s with STOP_DELAY_SECONDS first answers /readyz with 503, and still serves new connections meanwhile',
  async (name, path) => {
    await using database = await testDatabase({ content: migrated });
    const topic = testTopicName();
    await using system = await startSystem({
      brokers: testKafkaBrokers(),
      topic,
      databaseUrl: database.url,
      services: [],
      settings: { STOP_DELAY_SECONDS: '3' },
    });
    await using instance = await startInstance(name, system.env);
    const statusOf = async (port: number, url: string): Promise<number> => {
      const response = await fetch(`http://127.0.0.1:${port}${url}`, { headers: { connection: 'close' } });
      await response.body?.cancel();
      return response.status;
    };
    expect([await statusOf(instance.adminPort, '/readyz'), await statusOf(instance.port, path)]).toEqual([200, 200]);
    const stopped = instance.stop();
    const onTimeout = (): Error => new Error('/readyz does not answer 503.');
    await until(async () => (await statusOf(instance.adminPort, '/readyz')) === 503, { onTimeout });
    expect(await statusOf(instance.port, path)).toBe(200);
    await stopped;
    expect(await instance.service().exited).toBe(0);
    await expect(statusOf(instance.port, path)).rejects.toThrow('fetch failed');
  },
);
