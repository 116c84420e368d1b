import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaJars } from './kafka-jars.ts';

it('without Maven, the error names three remedies, and no partial download is left', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'callstream-cache-'));
  try {
    const fetching = kafkaJars({ XDG_CACHE_HOME: cache, PATH: '/nowhere' }, () => undefined);
    await expect(fetching).rejects.toThrow(/no `mvn` on the PATH.*maven.*docker compose up.*KAFKA_BROKERS/);
    expect(await readdir(join(cache, 'callstream'))).toEqual([]);
  } finally {
    await rm(cache, { recursive: true });
  }
});
