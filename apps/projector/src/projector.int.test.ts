import { decode } from '@callstream/domain';
import { lives } from '@callstream/domain/testing';
import { connectKafka, connectPublisher, consume, createLog, endOffsets, ensureTopics } from '@callstream/runtime';
import type { Batch, LogRecord, OutRecord } from '@callstream/runtime';
import { testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { connectTables, ensurePositions, migrate, readPositions } from '@callstream/tables';
import { expectedRows, readRows } from '@callstream/tables/testing';
import { checkLog } from './check-log.ts';
import { createMetrics } from './metrics.ts';
import { createProjectBatch, ProjectionStopped } from './project-batch.ts';
import { uuidOf } from './understand.ts';
import { projectionVersion } from './version.ts';

const log = createLog({ service: 'test', level: 'silent' });
const topic = testTopicName();
const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'projector-test', log });
const logId = '11111111-1111-8111-8111-111111111111';
const stack = new AsyncDisposableStack();
let db: ReturnType<typeof connectTables>;
let publisher: Awaited<ReturnType<typeof connectPublisher>>;

beforeAll(async () => {
  const database = stack.use(await testDatabase());
  await migrate(database.url);
  db = stack.adopt(connectTables({ url: database.url }), (pool) => pool.end());
  await ensureTopics(kafka, { topic, partitions: 2, log });
  await ensurePositions(db, { topic, partitions: 2, version: projectionVersion, logId });
  publisher = stack.use(await connectPublisher(kafka));
});
afterAll(() => stack.disposeAsync());

const out = (body: string | Buffer | null, partition = 0, key: string | null = 'k'): OutRecord => ({
  topic,
  partition,
  key,
  value: body === null ? null : Buffer.from(body),
  headers: {},
});

/** A projector of its own memory: where it thinks that the tables are. */
async function projector() {
  const positions = new Map((await readPositions(db)).map(({ partition, nextOffset }) => [partition, nextOffset]));
  const metrics = createMetrics();
  const logStart = async (partition: number) => (await endOffsets(kafka, topic)).get(partition)?.low ?? 0;
  const projectBatch = createProjectBatch({
    db,
    publisher,
    positions,
    logStart,
    changed: () => undefined,
    metrics,
    log,
  });
  return { positions, metrics, projectBatch };
}

/** The whole topic, as somebody reads it who has never read it before. */
async function readAll(of = topic): Promise<LogRecord[]> {
  const ends = await endOffsets(kafka, of);
  const positions = new Map<number, number>();
  const records: LogRecord[] = [];
  const onBatch = ({ partition, records: some }: Batch) => {
    records.push(...some);
    positions.set(partition, some.at(-1)!.offset + 1);
    return Promise.resolve(some.at(-1)!.offset + 1);
  };
  await using _reading = await consume(kafka, {
    groupId: testTopicName(),
    topic: of,
    concurrency: 1,
    positions: () => positions,
    onBatch,
    commit: false,
    log,
  });
  await until(() => [...ends].every(([partition, { high }]) => (positions.get(partition) ?? 0) >= high), {
    timeoutMs: 20_000,
    onTimeout: () => new Error('the topic does not end'),
  });
  return records;
}

const batchOf = (records: readonly LogRecord[], partition: number): Batch => {
  const own = records.filter((record) => record.partition === partition);
  return { partition, records: own, highWatermark: own.at(-1)!.offset + 1 };
};

function eventsIn(records: readonly LogRecord[]) {
  return records.flatMap((record) => {
    const decoded = decode({
      ...record,
      receivedAt: new Date(record.timestamp).toISOString(),
      uuidOf: (receivedAt) => uuidOf(record, receivedAt),
    });
    return 'event' in decoded ? [decoded.event] : [];
  });
}

const poison = [
  null,
  'not json',
  '[]',
  '{"no":"type"}',
  Buffer.from([0xff]),
  `{"type":"x","call_id":"${'x'.repeat(10_000)}"}`,
  `{"type":"x","a":${'['.repeat(40)}${']'.repeat(40)}}`,
];
const odd = [
  '{"type":"call.new","call_id":"a\\u0000b","x":"\\ud800","n":1e131071}',
  '{"type":"call.new","call_id":"c","timestamp":"99999-01-01T00:00:00Z"}',
  `{"type":"call.new","call_id":"big","x":"${'x'.repeat(900_000)}"}`,
];

describe('the projector', () => {
  it('makes the tables the fold of the log; what is no event goes to the DLQ as it was', async () => {
    const bodies = [...lives.values()].flat();
    await publisher.publishBatch([
      ...bodies.map((body, i) => out(body, i % 2)),
      ...poison.map((body) => out(body, 1, null)),
      out(odd[0]!),
      out(odd[1]!),
      out(odd[1]!, 1),
    ]);
    await publisher.publishBatch([out(odd[2]!)]);
    const records = await readAll();
    const { projectBatch, metrics } = await projector();
    for (const partition of [0, 1])
      expect(await projectBatch(batchOf(records, partition))).toBe(batchOf(records, partition).highWatermark);
    expect(await readRows(db)).toEqual(expectedRows(eventsIn(records)));
    const dead = await readAll(`${topic}-dlq`);
    expect(dead.map(({ value }) => value)).toEqual(poison.map((body) => (body === null ? null : Buffer.from(body))));
    expect(dead[1]!.headers['dlq_reason']?.toString()).toBe('The body is not JSON.');
    expect((await metrics.deadLetters.get()).values[0]?.value).toBe(poison.length);
  });

  it('drops what the tables have, and goes where they are when somebody else was ahead', async () => {
    const records = await readAll();
    const zombie = await projector();
    zombie.positions.set(0, 0);
    const before = await readRows(db);
    const [first] = batchOf(records, 0).records;
    const position = (await readPositions(db))[0]!.nextOffset;
    expect(await zombie.projectBatch({ partition: 0, records: [first!], highWatermark: position })).toBe(position);
    expect(zombie.positions.get(0)).toBe(position);
    expect(await zombie.projectBatch(batchOf(records, 0))).toBe(position);
    expect(await readRows(db)).toEqual(before);
    expect((await zombie.metrics.conflicts.get()).values[0]?.value).toBe(1);
  });

  it('reads a gap once more, and goes over it when it is real', async () => {
    const records = await readAll();
    const { positions, projectBatch, metrics } = await projector();
    const at = positions.get(0)!;
    const later = { ...records[0]!, partition: 0, offset: at + 3, value: Buffer.from('{"type":"after the gap"}') };
    const batch = { partition: 0, records: [later], highWatermark: at + 4 };
    expect(await projectBatch(batch)).toBe(at);
    expect(await projectBatch(batch)).toBe(at + 4);
    expect((await metrics.gaps.get()).values[0]?.value).toBe(1);
  });

  it('stops, naming the remedy, when the log has lost its tail, has other partitions, or the tables are of another version', async () => {
    await expect(checkLog(kafka, topic, await readPositions(db))).rejects.toThrow(/lost its tail.*Rebuild/);
    await expect(checkLog(kafka, topic, (await readPositions(db)).slice(1))).rejects.toThrow(/keys have moved/);
    await expect(checkLog(kafka, topic, [])).rejects.toThrow(/projector migrate/);
    await db.query('update positions set projection_version = 99');
    await expect(checkLog(kafka, topic, await readPositions(db))).rejects.toThrow(ProjectionStopped);
    const { positions, projectBatch } = await projector();
    const at = positions.get(1)!;
    const [record] = await readAll();
    await expect(
      projectBatch({ partition: 1, records: [{ ...record!, partition: 1, offset: at }], highWatermark: at + 1 }),
    ).rejects.toThrow(/version 99/);
  });
});
