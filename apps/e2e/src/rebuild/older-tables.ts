import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectionVersion } from '@callstream/domain';
import { deadLetterTopic, partitionsDefault } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { createTopicWith } from '@callstream/runtime/testing';
import { connectTables } from '@callstream/tables';
import { poolOf } from '@callstream/tables/testing';
import { restoreTopic } from '../log/topic-dump.ts';
import type { DumpedRecord } from '../log/topic-dump.ts';

const root = join(import.meta.dirname, '../../../..');
const folder = join(root, 'fixtures/versions');

/** Projection versions that have a fixture, made by `npm run record-version`. */
export const recordedVersions: readonly string[] = readdirSync(folder).toSorted((a, b) => Number(a) - Number(b));

export interface OlderTablesOptions {
  readonly kafka: Kafka;
  /** Name of a topic that does not exist yet. */
  readonly topic: string;
  /** An empty database. */
  readonly databaseUrl: string;
  /** Of {@link keptVersions}. */
  readonly version: string;
}

/**
 * Restores the state of an older version: its log and dead letters with the same offsets and timestamps, and its live
 * tables. A fixture of the current version is restored as the version before it.
 * @returns the version of the tables
 */
export async function createOlderTables({ kafka, topic, databaseUrl, version }: OlderTablesOptions): Promise<number> {
  const read = (name: string): string =>
    readFileSync(join(folder, version, name), 'utf8').replaceAll('call-events', topic);
  await createTopics(kafka, topic);
  await restoreTopic(kafka, topic, parse(read('log.ndjson')));
  await restoreTopic(kafka, deadLetterTopic(topic), parse(read('dead-letters.ndjson')));
  const db = connectTables({ url: databaseUrl, max: 1 });
  try {
    await poolOf(db).query(read('tables.sql'));
    const older = Math.min(Number(version), projectionVersion - 1);
    await poolOf(db).query(`update projection.positions set projection_version = ${older}`);
    return older;
  } finally {
    await db.end();
  }
}

const parse = (lines: string): DumpedRecord[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as DumpedRecord);

/** Topics that accept any timestamp: the clock of this machine may be behind that of the recording. */
async function createTopics(kafka: Kafka, topic: string): Promise<void> {
  const settings = { 'retention.ms': '-1', 'message.timestamp.after.max.ms': String(2n ** 63n - 1n) };
  for (const name of [topic, deadLetterTopic(topic)])
    await createTopicWith(kafka, { topic: name, partitions: partitionsDefault, settings });
}
