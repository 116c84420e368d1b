import { createPartitionOf, describeTopic } from '@callstream/runtime';
import {
  encodeBatch,
  encodeRecords,
  hasJavaProducer,
  produceRaw,
  produceWithJava,
  testDatabase,
  testKafkaBrokers,
  testTopicName,
  until,
} from '@callstream/stack';
import { callsOfEvents } from '@callstream/domain/testing';
import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { readLog } from '../log/read-log.ts';
import { createSender } from '../load/sender.ts';
import { launch } from '../system/service-process.ts';
import { startSystem } from '../system/system.ts';
import type { System } from '../system/system.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';
import { openAuditedClient } from '../clients/audited-client.ts';
import type { AuditedClient } from '../clients/audited-client.ts';

const brokers = testKafkaBrokers();
const mega = 1024 * 1024;
/** Most that a service takes with a heap of 512 MB: 192 MB of batches that are decompressed, and what it takes without. */
const residentBytesMax = 700 * mega;

const cleanup = new AsyncDisposableStack();
let system: System;
let watcher: AuditedClient;
let partitionOf: (key: string) => number;
beforeAll(async () => {
  const database = cleanup.use(await testDatabase());
  system = cleanup.use(
    await startSystem({
      ...{ brokers, topic: testTopicName(), databaseUrl: database.url },
      settings: { NODE_OPTIONS: '--max-old-space-size=512' },
    }),
  );
  watcher = cleanup.use(await openAuditedClient(Number(new URL(system.socketUrl).port)));
  partitionOf = createPartitionOf((await describeTopic(system.kafka, system.topic)).partitions);
}, 120_000);
afterAll(() => cleanup.disposeAsync(), 60_000);

const event = (call_id: string, more: object = {}): Buffer =>
  Buffer.from(
    JSON.stringify({ type: 'call.waiting', call_id, queue: '900', timestamp: new Date().toISOString(), ...more }),
  );

async function post(...callIds: readonly string[]): Promise<void> {
  await using sender = createSender(system.webhookUrl, 2);
  const answers = await sender.postAll(callIds.map((callId) => event(callId).toString()));
  expect(answers.map(({ status }) => status)).toEqual(callIds.map(() => 200));
}

async function put(partition: number, values: readonly Buffer[]): Promise<number> {
  const payload = zstdCompressSync(encodeRecords(values));
  const batch = encodeBatch({ attributes: 4, count: values.length, payload });
  const { errorCode, firstOffset } = await produceRaw(brokers[0] ?? '', { topic: system.topic, partition, batch });
  expect(errorCode).toBe(0);
  return firstOffset;
}

const admin = async (service: 'PROJECTOR' | 'GATEWAY', path: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${system.env[`${service}_ADMIN_PORT`] ?? ''}${path}`)).text();
const metric = async (service: 'PROJECTOR' | 'GATEWAY', name: string): Promise<number> =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await admin(service, '/metrics'))?.[1]);

/** What `/readyz` says, once it has this text. */
async function readyz(service: 'PROJECTOR' | 'GATEWAY', text: string): Promise<string> {
  let said = '';
  await until(async () => (said = await admin(service, '/readyz')).includes(text), {
    timeoutMs: 30_000,
    onTimeout: () => new Error(`${service} says: ${said}`),
  });
  return said;
}

/** A command of the projector, as an operator gives it; what it says. */
async function command(...args: readonly string[]): Promise<string> {
  const service = launch({ name: args.join(' '), args: ['apps/projector/src/main.ts', ...args], env: system.env });
  const code = await service.exited;
  if (code !== 0) throw new Error(`${service.name} ended with ${String(code)}.\n${service.tail()}`);
  return service.tail();
}

/** Both sides: what is in the tables and what is on the board is what the log says, but for what nobody can read. */
async function expectAllOfLog(): Promise<void> {
  await expectTablesToBeFoldOfLog(system);
  await watcher.shows(callsOfEvents(await readLog(system.kafka, system.topic)).values());
}

const canProduce = await hasJavaProducer();
if (!canProduce) console.warn("Kafka's own producer is not tried here: it takes a JDK.");
const withJava = canProduce ? it : it.skip;

withJava(
  "batches of Kafka's own producer, in every codec, are in the tables and on the board, as they were written",
  async () => {
    const codecs = ['snappy', 'lz4', 'none', 'zstd', 'gzip'] as const;
    const partition = partitionOf('of Java');
    const records = codecs.flatMap((codec) =>
      Array.from({ length: 12 }, (_, i) => {
        // What can be compressed by much, in more than one block, and what cannot be.
        const more = { codec, i, x: i % 2 === 0 ? 'x'.repeat(20_000) : randomBytes(300).toString('base64') };
        return { codec, topic: system.topic, partition, key: 'of Java', value: event('of Java', { more }) };
      }),
    );
    await post('of Java');
    await produceWithJava(brokers, records);
    await post('of Java');
    await expectAllOfLog();
    const { rows } = await system.db.query<{ body: object }>(
      `select body from events where call_id = 'of Java' and body ? 'more' order by id`,
    );
    expect(rows.map(({ body }) => body)).toEqual(records.map(({ value }) => JSON.parse(value.toString()) as object));
  },
  120_000,
);

it('a batch that cannot be read is named by both, holds up its partition alone, and is gone over once an operator says so', async () => {
  const partition = partitionOf('held up');
  const offset = await put(partition, [Buffer.alloc(65 * mega), event('in the bomb')]);
  const other = ['a', 'b', 'c', 'd'].find((key) => partitionOf(key) !== partition) ?? '';
  await post('held up', other);

  const remedy = `npm run projector -- dlq skip-batch ${partition}:${offset}`;
  // A rebuild does not decide it either.
  const rebuilding = expect(command('rebuild')).rejects.toThrow(remedy);
  for (const service of ['PROJECTOR', 'GATEWAY'] as const) {
    const said = await readyz(service, remedy);
    expect(said).toMatch(/zstd.*decompresses to more than 64 MB/);
    expect(await metric(service, `callstream_${service.toLowerCase()}_unreadable_batches`)).toBe(1);
  }
  // Others go on meanwhile, in the tables and on the board.
  await until(async () => (await system.db.query('select from calls where call_id = $1', [other])).rowCount === 1, {
    timeoutMs: 30_000,
    onTimeout: () => new Error('Another partition waits too.'),
  });
  await until(() => watcher.client.board.get().has(other), {
    timeoutMs: 30_000,
    onTimeout: () => new Error('Another partition of the board waits too.'),
  });
  expect(watcher.client.board.get().has('held up')).toBe(false);
  await rebuilding;

  expect(await command(...remedy.split(' ').slice(4))).toContain('Put on the DLQ as one record');
  await expectAllOfLog();
  expect(watcher.lesser).toEqual([]);
  // How far behind it is, a projector looks up only now and then.
  for (const service of ['PROJECTOR', 'GATEWAY'] as const) expect(await readyz(service, 'ok\n')).toBe('ok\n');
}, 180_000);

it('then the tables can be verified and made anew without it', async () => {
  expect(await command('verify')).toContain('The live tables are what the log says.');
  expect(await command('rebuild')).toMatch(/Swapped/);
  await post('after the rebuild');
  await expectAllOfLog();
}, 180_000);

it('batches of 61 MB each, on several partitions, stop nothing and take no more memory than is stated', async () => {
  const large = [Buffer.alloc(61 * mega)];
  for (let i = 0; i < 4; i++) await put(i % 3, large);
  await post('after the large ones');
  const peaks = { PROJECTOR: 0, GATEWAY: 0 };
  const sample = async (service: keyof typeof peaks): Promise<void> => {
    peaks[service] = Math.max(peaks[service], await metric(service, 'process_resident_memory_bytes'));
  };
  const isProjected = async (): Promise<boolean> => {
    await Promise.all([sample('PROJECTOR'), sample('GATEWAY')]);
    return (await metric('GATEWAY', 'callstream_gateway_projection_lag_records')) === 0;
  };
  await system.projected();
  await until(isProjected, { timeoutMs: 30_000, onTimeout: () => new Error('The gateway does not see it.') });
  expect(Object.values(peaks).filter((peak) => peak > residentBytesMax || peak === 0)).toEqual([]);
  expect([system.isRunning('projector'), system.isRunning('gateway')]).toEqual([true, true]);
}, 120_000);
