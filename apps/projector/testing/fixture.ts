import { randomUUID } from 'node:crypto';
import { decodeRecords, projectionVersion } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import {
  connectKafka,
  connectPublisher,
  createLog,
  endOffsets,
  ensureTopics,
  logEntry,
  readRanges,
} from '@callstream/runtime';
import type { Kafka, LogRecord, ProducerRecord, Publisher } from '@callstream/runtime';
import { createTopicWith } from '@callstream/runtime/testing';
import { testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { connectTables, ensurePositions, migrate, readPositions } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { expectedRows, migrated, readRows } from '@callstream/tables/testing';

export const silent = createLog({ service: 'test', level: 'silent' });

export interface ProjectorFixtureOptions {
  readonly partitions?: number;
  /** Creates the DLQ beforehand, with this largest record, in bytes. */
  readonly dlqMessageBytesMax?: number;
  /** Default: the Kafka of the test run. */
  readonly brokers?: readonly string[];
  /** URL of an empty database; default: one of the test run's Postgres. */
  readonly databaseUrl?: string;
}

/** A topic and a database for one test, on real servers. */
export interface ProjectorFixture extends AsyncDisposable {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly db: Tables;
  readonly databaseUrl: string;
  readonly publisher: Publisher;
  readonly produce: (...records: readonly Partial<ProducerRecord>[]) => Promise<void>;
  /** All readable records of a topic; default: the fixture's. */
  readonly read: (topic?: string) => Promise<LogRecord[]>;
  /** Resolves once the tables have reached the end of the log. */
  readonly untilProjected: (timeoutMs?: number) => Promise<void>;
  /** Expects the tables to equal the fold of the log without the records of `except`. */
  readonly expectFold: (except?: (record: LogRecord) => boolean) => Promise<void>;
}

export const body = (fields: object): Buffer => Buffer.from(JSON.stringify(fields));

/** A unique event of a call. */
export const event = (callId: string, type = 'call.new'): Buffer =>
  body({ type, call_id: callId, timestamp: '2026-03-02T13:00:00Z', n: randomUUID() });

export async function createFixture(options: ProjectorFixtureOptions = {}): Promise<ProjectorFixture> {
  const { partitions = 2, brokers, databaseUrl, dlqMessageBytesMax } = options;
  await using cleanup = new AsyncDisposableStack();
  const topic = testTopicName();
  const kafka = connectKafka({ brokers: brokers ?? testKafkaBrokers(), clientId: 'projector-test', log: silent });
  const url = databaseUrl ?? cleanup.use(await testDatabase({ content: migrated })).url;
  if (databaseUrl !== undefined) await migrate(url);
  const db = cleanup.adopt(connectTables({ url, applicationName: 'projector-test' }), (pool) => pool.end());
  if (dlqMessageBytesMax !== undefined) {
    const settings = { 'max.message.bytes': String(dlqMessageBytesMax) };
    await createTopicWith(kafka, { topic: `${topic}-dlq`, partitions, settings });
  }
  await ensureTopics(kafka, { topic, partitions, log: silent });
  await ensurePositions(db, { topic, partitions, version: projectionVersion, logId: randomUUID() });
  const publisher = cleanup.use(await connectPublisher(kafka));

  const untilProjected = async (timeoutMs = 60_000): Promise<void> => {
    const behind = async (): Promise<string> => {
      const [positions, ends] = [await readPositions(db), await endOffsets(kafka, topic)];
      const late = positions.filter(({ partition, nextOffset }) => nextOffset < (ends.get(partition)?.high ?? 0));
      return late.map(({ partition, nextOffset }) => `${partition} is at ${nextOffset}`).join();
    };
    let late = '';
    await until(async () => (late = await behind()) === '', {
      timeoutMs,
      onTimeout: () => new Error(`The tables are behind: partition ${late}.`),
    });
  };
  const expectFold: ProjectorFixture['expectFold'] = async (except = () => false) => {
    await untilProjected();
    const records = (await readTopic(kafka, topic)).filter((record) => !except(record));
    expect(await readRows(db)).toEqual(expectedRows(eventsIn(records)));
  };
  const produce: ProjectorFixture['produce'] = (...records) =>
    publisher.publishBatch(
      records.map((record) => ({ topic, partition: 0, key: 'k', value: null, headers: {}, ...record })),
    );
  const owned = cleanup.move();
  return {
    kafka,
    topic,
    db,
    databaseUrl: url,
    publisher,
    produce,
    read: (source = topic) => readTopic(kafka, source),
    untilProjected,
    expectFold,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function readTopic(kafka: Kafka, topic: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const ends = await endOffsets(kafka, topic);
  await readRanges(kafka, {
    topic,
    ranges: new Map([...ends].map(([partition, { low, high }]) => [partition, { from: low, to: high }])),
    log: silent,
    onRecords: (batch) => void records.push(...batch),
    onUnreadable: () => undefined,
  });
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** Decodes records with the domain alone; those that are no events are skipped. */
function eventsIn(records: readonly LogRecord[]): CallEvent[] {
  return [...decodeRecords(records, logEntry)];
}
