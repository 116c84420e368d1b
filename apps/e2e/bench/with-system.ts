import { randomUUID } from 'node:crypto';
import { testDatabase } from '@callstream/stack';
import { startSystem } from '../src/system/system.ts';
import type { ServiceName, System } from '../src/system/system.ts';
import type { Servers } from './servers.ts';

interface WithSystemOptions {
  readonly services: readonly ServiceName[];
  readonly settings?: Readonly<Record<string, string>>;
}

/** Runs `use` with a new system on its own topic and database; drops the database afterwards. */
export async function withSystem<T>(
  { brokers }: Servers,
  { services, settings = {} }: WithSystemOptions,
  use: (system: System) => Promise<T>,
): Promise<T> {
  await using database = await testDatabase();
  await using system = await startSystem({
    brokers,
    topic: `bench-${randomUUID()}`,
    databaseUrl: database.url,
    services,
    settings,
  });
  return await use(system);
}
