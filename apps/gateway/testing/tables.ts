import { decode, defaultOrigin, offsetOf, partitionOf } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { connectKafka, connectPublisher, createLog, ensureTopics, eventUuid } from '@callstream/runtime';
import type { Publisher } from '@callstream/runtime';
import { testDatabase, testKafkaBrokers, testTopicName } from '@callstream/stack';
import {
  connectTables,
  ensurePositions,
  notifyProjected,
  positionMove,
  project,
  readableVersionMin,
  withConnection,
} from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { batchOf, migrated } from '@callstream/tables/testing';

const logId = '11111111-1111-8111-8111-111111111111';
const silent = createLog({ service: 'test', level: 'silent' });

interface AppendOptions {
  /** ms since 1970; now if not given. */
  readonly receivedAt?: number;
  /** The header `source`; null, the default: webhooks. */
  readonly source?: string | null;
}

/** Creates a topic and tables for one test file. They are filled as by ingest and the projector, when the test says so. */
export async function startTables({ partitions = 2, brokers = testKafkaBrokers() } = {}) {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await testDatabase({ content: migrated }));
  const db = connectTables({ url });
  stack.defer(() => db.end());
  const topic = testTopicName();
  const kafka = connectKafka({ brokers, clientId: 'gateway-test', log: silent });
  await ensureTopics(kafka, { topic, partitions, log: silent });
  const publisher = stack.use(await connectPublisher(kafka));
  await ensurePositions(db, { topic, partitions, version: readableVersionMin, logId });

  const log = createTestLog({ publisher, topic, partitions });
  const projectAll = createTestProjector(db, log);
  const resources = stack.move();
  return {
    url,
    db,
    kafka,
    topic,
    publisher,
    /** All events of the log. */
    log: log.events,
    /** Appends event bodies to the log. */
    append: log.append,
    /** Projects the log, with one batch per partition. @param notify whether to notify the listeners of Postgres */
    project: projectAll,
    /** Settings of a gateway for these tables. */
    env: { DATABASE_URL: url, KAFKA_BROKERS: brokers.join(), KAFKA_TOPIC: topic },
    /** Appends event bodies to the log and projects them. */
    add: async (bodies: readonly object[], notify = true): Promise<void> => {
      await log.append(bodies);
      await projectAll(notify);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
export type TestTables = Awaited<ReturnType<typeof startTables>>;

interface TestLogOptions {
  readonly publisher: Publisher;
  readonly topic: string;
  readonly partitions: number;
}

interface TestLog {
  readonly events: CallEvent[];
  /** Next offset of each partition. */
  readonly ends: number[];
  readonly append: (bodies: readonly object[], options?: AppendOptions) => Promise<void>;
}

/** Nothing else writes to the topic, so offsets can be counted. */
function createTestLog({ publisher, topic, partitions }: TestLogOptions): TestLog {
  const events: CallEvent[] = [];
  const ends = Array.from({ length: partitions }, () => 0);
  /** All events of a call are in one partition. */
  const partitionOf = ({ call_id = '' }: { call_id?: string }): number =>
    Buffer.from(call_id).reduce((sum, byte) => sum + byte, 0) % partitions;

  const append: TestLog['append'] = async (bodies, { receivedAt = Date.now(), source = null } = {}) => {
    const received_at = new Date(receivedAt).toISOString();
    const records = bodies.map((body) => {
      const value = Buffer.from(JSON.stringify(body));
      return {
        topic,
        partition: partitionOf(body),
        key: 'k',
        value,
        headers: { received_at, ...(source !== null && { source }) },
      };
    });
    await publisher.publishBatch(records);
    for (const { partition, value } of records) {
      const offset = ends[partition] ?? 0;
      ends[partition] = offset + 1;
      const uuidOf = (withTime: boolean, prefix: string): string =>
        eventUuid(value, withTime ? received_at : undefined, prefix);
      const decoded = decode({ ...defaultOrigin, source, value, partition, offset, receivedAt, uuidOf });
      if ('problem' in decoded) throw new Error(decoded.problem);
      events.push(decoded.event);
    }
  };
  return { events, ends, append };
}

function createTestProjector(db: Tables, log: TestLog): (notify?: boolean) => Promise<void> {
  const projected = log.ends.map(() => 0);
  return async (notify = true) => {
    await withConnection(db, async (connection) => {
      for (const [partition, next] of log.ends.entries()) {
        const expected = projected[partition] ?? 0;
        const events = log.events.filter(({ id }) => partitionOf(id) === partition && offsetOf(id) >= expected);
        if (events.length === 0) continue;
        const last = { uuid: logId, timestamp: Date.now() };
        const moves = [positionMove({ partition, expected, next, version: readableVersionMin, last })];
        await project(connection, { moves, batch: batchOf(events) });
        projected[partition] = next;
      }
      if (notify) await notifyProjected(connection);
    });
  };
}
