// npm run record-version: records a log, its dead letters, and the tables of this checkout's projector in
// fixtures/versions/<projectionVersion>. Later versions are tested with it: apps/e2e/src/rebuild/upgrade.int.test.ts
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPartitionOf, deadLetterTopic, partitionsDefault } from '@callstream/runtime';
import { fixtureEvents } from '@callstream/domain/testing';
import { readPositions } from '@callstream/tables';
import { Command } from 'commander';
import { withSystem } from '../bench/with-system.ts';
import { findServers } from '../bench/servers.ts';
import { restoreTopic, dumpTopic } from '../src/log/topic-dump.ts';
import type { DumpedRecord } from '../src/log/topic-dump.ts';
import { createRecordOf } from '../src/log/produce-webhooks.ts';
import type { System } from '../src/system/system.ts';
import { dumpTables } from './dump-tables.ts';
import { edgeCaseBodies, edgeCaseRecords } from './edge-case-records.ts';

new Command('record-version')
  .description(
    'Records a log, its dead letters and the tables of this version in fixtures/versions, for the upgrade test of later versions.',
  )
  .parse();

const receivedFrom = Date.UTC(2026, 2, 2, 16);

/** All call lives of fixtures/events, edge cases, one life as duplicates, and records of other producers. */
async function records(system: System): Promise<DumpedRecord[]> {
  const recordOf = await createRecordOf(system);
  const duplicates = fixtureEvents.get('06-ended-in-ivr') ?? [];
  const received = [...[...fixtureEvents.values()].flat(), ...edgeCaseBodies, ...duplicates].map((body, i) => {
    const { partition, key, value, headers } = recordOf(body, receivedFrom + i * 1_000);
    return { partition, key: key as string, value: String(value), headers: headers as Record<string, string> };
  });
  const partitionOf = createPartitionOf(partitionsDefault);
  const foreign = edgeCaseRecords.map((record) => ({ partition: partitionOf(record.key ?? ''), ...record }));
  const ends = new Map<number, number>();
  return [...received, ...foreign].map(({ partition, ...record }, i) => {
    const offset = ends.get(partition) ?? 0;
    ends.set(partition, offset + 1);
    return { partition, offset, timestamp: receivedFrom + i * 1_000 + 5, ...record };
  });
}

async function write(folder: string, name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text);
  process.stdout.write(`${join(folder, name)}\n`);
}

process.stderr.write('starting Kafka and Postgres …\n');
await using servers = await findServers(process.env);
process.env['CALLSTREAM_TEST_DATABASE_URL'] = servers.databaseUrl;
await withSystem(servers, { services: [] }, async (system) => {
  const { kafka, topic, db } = system;
  await restoreTopic(kafka, topic, await records(system));
  await system.start('projector');
  await system.untilProjected();
  const [position] = await readPositions(db);
  const folder = join(import.meta.dirname, '../../../fixtures/versions', String(position?.version));
  await mkdir(folder, { recursive: true });
  // The loader replaces this name by its own topic.
  const withoutTopic = (text: string): string => text.replaceAll(topic, 'call-events');
  const lines = (dump: readonly DumpedRecord[]): string =>
    withoutTopic(dump.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await write(folder, 'log.ndjson', lines(await dumpTopic(kafka, topic)));
  await write(folder, 'dead-letters.ndjson', lines(await dumpTopic(kafka, deadLetterTopic(topic))));
  await write(folder, 'tables.sql', withoutTopic(await dumpTables(db)));
});
