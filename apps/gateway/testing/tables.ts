import { decode } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { connectKafka, connectPublisher, createLog, ensureTopics, eventUuid } from '@callstream/runtime';
import { testDatabase, testKafkaBrokers, testTopicName } from '@callstream/stack';
import { batchOf } from '@callstream/tables/testing';
import {
  connectTables,
  ensurePositions,
  migrate,
  notifyProjected,
  project,
  readableVersionMin,
} from '@callstream/tables';

const logId = '11111111-1111-8111-8111-111111111111';
const silent = createLog({ service: 'test', level: 'silent' });

export interface AppendOptions {
  /** ms since 1970; now if not given. */
  readonly receivedAt?: number;
}

/** A topic and tables of a test's own, which are filled as the projector fills them, when the test says so. */
export async function startTables({ partitions = 2, brokers = testKafkaBrokers() } = {}) {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await testDatabase());
  await migrate(url);
  const db = connectTables({ url });
  stack.defer(() => db.end());
  const topic = testTopicName();
  const kafka = connectKafka({ brokers, clientId: 'gateway-test', log: silent });
  await ensureTopics(kafka, { topic, partitions, log: silent });
  const publisher = stack.use(await connectPublisher(kafka));
  await ensurePositions(db, { topic, partitions, version: readableVersionMin, logId });

  /** All that was put on the log. Nobody else writes there, so offsets are counted. */
  const log: CallEvent[] = [];
  const ends = Array.from({ length: partitions }, () => 0);
  const projected = Array.from({ length: partitions }, () => 0);

  /** A call is in one partition. */
  const partitionOf = ({ call_id = '' }: { call_id?: string }): number =>
    Buffer.from(call_id).reduce((sum, byte) => sum + byte, 0) % partitions;

  /** Puts event bodies on the log. */
  const append = async (bodies: readonly object[], { receivedAt = Date.now() }: AppendOptions = {}): Promise<void> => {
    const received_at = new Date(receivedAt).toISOString();
    const records = bodies.map((body) => {
      const value = Buffer.from(JSON.stringify(body));
      return { topic, partition: partitionOf(body), key: 'k', value, headers: { received_at } };
    });
    await publisher.publishBatch(records);
    for (const { partition, value } of records) {
      const offset = ends[partition] ?? 0;
      ends[partition] = offset + 1;
      const uuidOf = (withTime: boolean): string => eventUuid(value, withTime ? received_at : undefined);
      const decoded = decode({ value, partition, offset, receivedAt, uuidOf });
      if ('problem' in decoded) throw new Error(decoded.problem);
      log.push(decoded.event);
    }
  };

  /** Projects what is on the log, a batch for each partition; tells it unless `notify` is false. */
  const projectAll = async (notify = true): Promise<void> => {
    const client = await db.connect();
    try {
      for (const [partition, next] of ends.entries()) {
        const expected = projected[partition] ?? 0;
        const events = log.filter(({ id }) => id % 4096 === partition && Math.floor(id / 4096) >= expected);
        if (events.length === 0) continue;
        await project(client, {
          moves: [
            { partition, expected, next, version: readableVersionMin, last: { uuid: logId, timestamp: Date.now() } },
          ],
          batch: batchOf(events),
        });
        projected[partition] = next;
      }
      if (notify) await notifyProjected(client);
    } finally {
      client.release();
    }
  };

  const kept = stack.move();
  return {
    ...{ url, db, kafka, topic, publisher, log, append, project: projectAll },
    /** What a gateway needs to know. */
    env: { DATABASE_URL: url, KAFKA_BROKERS: brokers.join(), KAFKA_TOPIC: topic },
    /** Puts event bodies on the log and projects them. */
    add: async (bodies: readonly object[], notify = true): Promise<void> => {
      await append(bodies);
      await projectAll(notify);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
export type TestTables = Awaited<ReturnType<typeof startTables>>;
