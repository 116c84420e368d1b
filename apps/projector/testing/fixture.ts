import { decode, projectionVersion } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import {
  connectKafka,
  connectPublisher,
  createLog,
  createTopic,
  endOffsets,
  ensureTopics,
  logEntry,
  readRanges,
  withAdmin,
} from '@callstream/runtime';
import type { Kafka, LogRecord, ProducerRecord, Publisher } from '@callstream/runtime';
import { testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { connectTables, ensurePositions, migrate, readPositions } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { expectedRows, readRows } from '@callstream/tables/testing';
import { randomUUID } from 'node:crypto';

export const silent = createLog({ service: 'test', level: 'silent' });

export interface ProjectorFixtureOptions {
  readonly partitions?: number;
  /** Largest record that the DLQ takes, in bytes, if it is to be there already. */
  readonly dlqMessageBytesMax?: number;
  /** Where Kafka is, if not that of the test run. */
  readonly brokers?: readonly string[];
  /** Postgres with an empty database, if not one of the test run. */
  readonly databaseUrl?: string;
}

/** A topic and a database of a test's own, on the real servers. */
export interface ProjectorFixture extends AsyncDisposable {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly db: Tables;
  readonly databaseUrl: string;
  readonly publisher: Publisher;
  /** Puts records on the topic. */
  readonly put: (...records: readonly Partial<ProducerRecord>[]) => Promise<void>;
  /** Every record of the topic, or of another, that can be read. */
  readonly read: (topic?: string) => Promise<LogRecord[]>;
  /** Resolves once the tables are at the end of the log. */
  readonly projected: (timeoutMs?: number) => Promise<void>;
  /** The one law: the tables are the fold of the log. `except`: records that are not in them. */
  readonly expectFold: (except?: (record: LogRecord) => boolean) => Promise<void>;
}

export const body = (fields: object): Buffer => Buffer.from(JSON.stringify(fields));

/** An event of a call, with a time of its own, that is no other's. */
export const event = (callId: string, type = 'call.new'): Buffer =>
  body({ type, call_id: callId, timestamp: '2026-03-02T13:00:00Z', n: randomUUID() });

export async function createFixture(options: ProjectorFixtureOptions = {}): Promise<ProjectorFixture> {
  const { partitions = 2, brokers, databaseUrl, dlqMessageBytesMax } = options;
  await using cleanup = new AsyncDisposableStack();
  const topic = testTopicName();
  const kafka = connectKafka({ brokers: brokers ?? testKafkaBrokers(), clientId: 'projector-test', log: silent });
  const url = databaseUrl ?? cleanup.use(await testDatabase()).url;
  await migrate(url);
  const db = cleanup.adopt(connectTables({ url, applicationName: 'projector-test' }), (pool) => pool.end());
  if (dlqMessageBytesMax !== undefined)
    await createDlq(kafka, { topic: `${topic}-dlq`, partitions, dlqMessageBytesMax });
  await ensureTopics(kafka, { topic, partitions, log: silent });
  await ensurePositions(db, { topic, partitions, version: projectionVersion, logId: randomUUID() });
  const publisher = cleanup.use(await connectPublisher(kafka));

  const read = async (of = topic): Promise<LogRecord[]> => {
    const records: LogRecord[] = [];
    const ranges = new Map(
      [...(await endOffsets(kafka, of))].map(([p, { low, high }]) => [p, { from: low, to: high }]),
    );
    await readRanges(kafka, {
      ...{ topic: of, ranges, log: silent },
      onRecords: (some) => void records.push(...some),
      onUnreadable: () => undefined,
    });
    return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
  };
  const projected = async (timeoutMs = 60_000): Promise<void> => {
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
    await projected();
    const records = (await read()).filter((record) => !except(record));
    expect(await readRows(db)).toEqual(expectedRows(eventsIn(records)));
  };
  const put: ProjectorFixture['put'] = (...records) =>
    publisher.publishBatch(
      records.map((record) => ({ topic, partition: 0, key: 'k', value: null, headers: {}, ...record })),
    );
  const owned = cleanup.move();
  return {
    ...{ kafka, topic, db, databaseUrl: url, publisher, put, read, projected, expectFold },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const createDlq = (
  kafka: Kafka,
  { topic, partitions, dlqMessageBytesMax }: { topic: string; partitions: number; dlqMessageBytesMax: number },
) =>
  withAdmin(kafka, (admin) =>
    createTopic(admin, {
      topic,
      numPartitions: partitions,
      configEntries: [{ name: 'max.message.bytes', value: String(dlqMessageBytesMax) }],
    }),
  );

/** What the records say, by the domain alone; what is no event says nothing. */
function eventsIn(records: readonly LogRecord[]): CallEvent[] {
  return records.flatMap((record) => {
    const decoded = decode(logEntry(record));
    return 'event' in decoded ? [decoded.event] : [];
  });
}
