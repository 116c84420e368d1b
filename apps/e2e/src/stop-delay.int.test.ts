import { testDatabase, testKafkaBrokers, testTopicName } from '@callstream/stack';
import { startMember } from './member.ts';
import { startSystem } from './system.ts';

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
      settings: { STOP_DELAY_SECONDS: '2' },
    });
    await using member = await startMember(name, system.env);
    const statusOf = async (port: number, of: string): Promise<number> => {
      const answer = await fetch(`http://127.0.0.1:${port}${of}`, { headers: { connection: 'close' } });
      await answer.body?.cancel();
      return answer.status;
    };
    expect([await statusOf(member.adminPort, '/readyz'), await statusOf(member.port, path)]).toEqual([200, 200]);
    const began = performance.now();
    const stopped = member.stop();
    const seen = new Set<string>();
    // What is asked in time is answered; in the end nobody listens any more.
    while (performance.now() - began < 1_500)
      seen.add(`${await statusOf(member.adminPort, '/readyz')} ${await statusOf(member.port, path)}`);
    await stopped;
    expect([...seen].filter((statuses) => statuses !== '200 200')).toEqual(['503 200']);
    expect(await member.service().exited).toBe(0);
    await expect(statusOf(member.port, path)).rejects.toThrow('fetch failed');
  },
  60_000,
);
