import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectKafka, createLog, ensureTopics } from '@callstream/runtime';
import { testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { createSender } from '../load/sender.ts';
import { readLog } from '../log/read-log.ts';
import { startIngest } from '../system/ingest.ts';
import type { Ingest } from '../system/ingest.ts';
import { launch } from '../system/service-process.ts';
import { openRawConnection } from './raw-connection.ts';
import type { RawConnection } from './raw-connection.ts';
import { followWorkers } from './follow-workers.ts';
import type { FollowedWorkers } from './follow-workers.ts';
import { startSendingClients } from './sending-clients.ts';

const log = createLog({ service: 'e2e', level: 'silent' });
const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'e2e', log });
const topic = testTopicName();
const connectionsMax = 60;
const requestsPerSecond = 2;
/** Requests that one address may send at once: see docs/guides/webhooks.md. */
const burst = requestsPerSecond * 10;
let workers: FollowedWorkers;
let ingest: Ingest;

beforeAll(async () => {
  await ensureTopics(kafka, { topic, partitions: 3, log });
  workers = followWorkers();
  ingest = await startIngest({
    brokers: testKafkaBrokers(),
    topic,
    onLine: workers.readLine,
    env: {
      INGEST_WORKERS: '2',
      INGEST_CONNECTIONS_MAX: String(connectionsMax),
      INGEST_REQUESTS_PER_SECOND_MAX: String(requestsPerSecond),
      INGEST_TRUSTED_PROXIES: '127.0.0.1',
    },
  });
});
afterAll(() => ingest[Symbol.asyncDispose]());

let lastAddress = 0;
const newAddress = (): string => `198.18.${(++lastAddress >> 8) & 255}.${lastAddress & 255}`;
const post = (callId: string, from = newAddress()): Promise<Response> =>
  fetch(ingest.webhookUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
    body: JSON.stringify({ type: 'call.new', call_id: callId }),
  });

it('INGEST_CONNECTIONS_MAX limits the connections of all workers together, and closed ones make room', async () => {
  const open = new Set<RawConnection>();
  const openMore = async (count: number): Promise<void> => {
    const opened = await Promise.all(Array.from({ length: count }, () => openRawConnection(ingest.webhookUrl)));
    for (const connection of opened) {
      open.add(connection);
      void connection.closed.then(() => open.delete(connection));
    }
  };
  const areOpen = (count: number) =>
    until(async () => open.size === count && (await ingest.metric('callstream_ingest_connections')) === count, {
      onTimeout: () => new Error(`${open.size} connections are open.`),
    });
  await openMore(connectionsMax + 20);
  await areOpen(connectionsMax);
  expect(await ingest.metric('callstream_ingest_dropped_connections_total')).toBe(20);
  for (const { socket } of [...open].slice(0, 30)) socket.destroy();
  await areOpen(connectionsMax - 30);
  await openMore(40);
  await areOpen(connectionsMax);
  for (const { socket } of open) socket.destroy();
  await areOpen(0);
});

it('a rate limit holds for all workers together', async () => {
  const from = newAddress();
  const began = performance.now();
  const statuses = await Promise.all(
    Array.from({ length: 50 }, async (_, i) => (await post(`rate.${i}`, from)).status),
  );
  const refilled = Math.ceil(((performance.now() - began) / 1_000) * requestsPerSecond);
  const accepted = statuses.filter((status) => status === 200).length;
  expect(accepted).toBeGreaterThanOrEqual(burst);
  expect(accepted).toBeLessThanOrEqual(burst + refilled);
  expect(statuses.filter((status) => status === 429)).toHaveLength(50 - accepted);
});

it('kill -9 of a worker, and SIGHUP, under load: no event with a 200 is lost, and no connection is refused', async () => {
  const refused: string[] = [];
  const isAccepted = async (callId: string): Promise<boolean> => {
    try {
      const response = await post(callId);
      await response.text();
      if (response.status !== 200) refused.push(`${response.status}`);
      return response.status === 200;
    } catch (error) {
      // A killed worker takes its connections with it; the port stays open.
      const { code } = (error as Error).cause as NodeJS.ErrnoException;
      if (code === 'ECONNREFUSED') refused.push(code);
      return false;
    }
  };
  const { accepted, moreAreAccepted, stop } = startSendingClients({
    ingest,
    clients: 16,
    post: isAccepted,
  });
  await moreAreAccepted();
  const counted = await ingest.metric('callstream_ingest_accepted_total');
  process.kill(workers.pidOf(1), 'SIGKILL');
  await workers.untilStarted(1, 2);
  expect(workers.ends()).toEqual([expect.objectContaining({ worker: 1, reason: 'signal SIGKILL' })]);
  const acceptedBefore = accepted.length;
  await moreAreAccepted();
  ingest.service.hangUp();
  await workers.untilStarted(0, 2);
  await workers.untilStarted(1, 3);
  await moreAreAccepted();
  await stop();
  expect(refused).toEqual([]);
  expect(workers.ends()).toHaveLength(1);
  // Counters outlive their workers. One that was killed takes with it what it had counted since the last scrape.
  const total = await ingest.metric('callstream_ingest_accepted_total');
  expect(total).toBeGreaterThanOrEqual(counted + accepted.length - acceptedBefore);
  expect(await ingest.metric('callstream_ingest_worker_accepted_total')).toBe(total);
  expect(await ingest.metric('callstream_ingest_workers')).toBe(2);
  expect(await ingest.readyz()).toEqual({ status: 200, text: 'ok' });
  const stored = new Set((await readLog(kafka, topic)).map(({ callId }) => callId));
  expect(accepted.filter((id) => !stored.has(id))).toEqual([]);
});

it('does not start on a port that is in use, and says why', async () => {
  const env = {
    INGEST_WORKERS: '2',
    INGEST_HOST: '127.0.0.1',
    INGEST_PORT: new URL(ingest.webhookUrl).port,
    INGEST_ADMIN_PORT: '0',
    SPOOL_MAX_BYTES: '0',
    KAFKA_BROKERS: testKafkaBrokers().join(','),
    KAFKA_TOPIC: topic,
  };
  await using second = launch({ name: 'ingest', args: ['apps/ingest/src/main.ts'], env });
  expect(await second.exited).toBe(1);
  expect(second.tail()).toMatch(/is in use \(EADDRINUSE\)/);
});

it('SIGTERM ends all workers and the service, with exit code 0', async () => {
  const pids = [0, 1].map(workers.pidOf);
  await ingest.service.stop();
  expect(await ingest.service.exited).toBe(0);
  expect(pids.filter(isRunning)).toEqual([]);
});

it('while Kafka is away all workers spool up to SPOOL_MAX_BYTES; fewer of them send it after kill -9 of all', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'callstream-workers-'));
  try {
    const accepted = await fillSpools(dataDir);
    const env = { INGEST_WORKERS: '1' };
    await using fewer = await startIngest({ brokers: testKafkaBrokers(), topic, dataDir, env });
    await until(async () => (await fewer.metric('callstream_ingest_spool_records')) === 0, {
      onTimeout: () => new Error(`The spools are not empty.\n${fewer.service.tail()}`),
    });
    const stored = new Set((await readLog(kafka, topic)).map(({ callId }) => callId));
    expect(accepted.filter((id) => !stored.has(id))).toEqual([]);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

/** Posts events until the spools of two workers are full, and kills the primary. @returns the accepted events */
async function fillSpools(dataDir: string): Promise<string[]> {
  const spoolBytesMax = 400_000;
  const followed = followWorkers();
  await using full = await startIngest({
    brokers: ['127.0.0.1:1'],
    topic,
    dataDir,
    onLine: followed.readLine,
    env: { INGEST_WORKERS: '2', SPOOL_MAX_BYTES: String(spoolBytesMax) },
  });
  const ids = Array.from({ length: 2_000 }, (_, i) => `away.${i}`);
  await using sender = createSender(full.webhookUrl, 20);
  const responses = await sender.postAll(ids.map((id) => JSON.stringify({ type: 'call.new', call_id: id })));
  const accepted = ids.filter((_, i) => responses[i]?.status === 200);
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200, 503]));
  expect(await full.metric('callstream_ingest_spool_records')).toBe(accepted.length);
  const bytes = await full.metric('callstream_ingest_spool_bytes');
  expect(bytes).toBeGreaterThan(0.8 * spoolBytesMax);
  expect(bytes).toBeLessThanOrEqual(spoolBytesMax);
  expect(await full.readyz()).toEqual({ status: 503, text: expect.stringContaining('The spool is full.') as string });
  expect((await readdir(dataDir)).toSorted()).toEqual(['spool', 'spool-1']);
  const pids = [0, 1].map(followed.pidOf);
  await full.service.kill();
  await until(() => !pids.some(isRunning), {
    onTimeout: () => new Error('Workers run on though their primary was killed.'),
  });
  return accepted;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
