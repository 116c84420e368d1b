import { testDatabase, testKafkaBrokers, testTopicName } from '@callstream/stack';
import { expectedRows, migrated, readRows } from '@callstream/tables/testing';
import { readLog } from '../log/read-log.ts';
import { startSystem } from './system.ts';
import type { System, SystemOptions } from './system.ts';

/** A system on the Kafka and Postgres of this test run. */
export async function startTestSystem(options: Pick<SystemOptions, 'services' | 'settings'> = {}): Promise<System> {
  const database = await testDatabase({ content: migrated });
  try {
    const system = await startSystem({
      brokers: testKafkaBrokers(),
      topic: testTopicName(),
      databaseUrl: database.url,
      ...options,
    });
    const stop = async (): Promise<void> => {
      try {
        await system[Symbol.asyncDispose]();
      } finally {
        await database[Symbol.asyncDispose]();
      }
    };
    return { ...system, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

/** The central invariant: the tables are the fold of the log. Waits until the whole log is projected. */
export async function expectTablesToBeFoldOfLog({ kafka, topic, db, untilProjected }: System): Promise<void> {
  await untilProjected();
  expect(await readRows(db)).toEqual(expectedRows(await readLog(kafka, topic)));
}
