import { randomUUID } from 'node:crypto';
import { testDatabase } from '@callstream/stack';
import { startSystem } from '../src/system/system.ts';
import type { ServiceName, System, SystemOptions } from '../src/system/system.ts';
import type { Servers } from './servers.ts';

interface WithSystemOptions extends Pick<SystemOptions, 'settings' | 'session'> {
  readonly services: readonly ServiceName[];
}

/** Runs `use` with a new system on its own topic and database; drops the database afterwards. */
export async function withSystem<T>(
  { brokers }: Servers,
  options: WithSystemOptions,
  use: (system: System) => Promise<T>,
): Promise<T> {
  await using database = await testDatabase();
  await using system = await startSystem({
    brokers,
    topic: `bench-${randomUUID()}`,
    databaseUrl: database.url,
    ...options,
  });
  return await use(system);
}
