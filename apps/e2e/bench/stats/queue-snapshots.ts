import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@callstream/stack';
import { countSnapshotReads, enableStatementStats } from '@callstream/tables/testing';
import { WebSocket } from 'ws';
import { readMetric } from '../../src/system/ingest.ts';
import { createSender } from '../../src/load/sender.ts';
import type { BenchRow } from '../bench.ts';
import type { StatsBenchOptions } from './stats.ts';

const watchMs = 20_000;
const pauseMs = 50;

/** Cost of queue snapshots for one client that watches queues, and for a thousand: in Postgres and in the gateway. */
export async function measureQueueSnapshots(options: StatsBenchOptions): Promise<BenchRow[]> {
  const { system, servers, report } = options;
  if (servers.restartPostgres) {
    await enableStatementStats(system.db);
    await servers.restartPostgres();
  }
  if (!system.isRunning('gateway')) await system.start('gateway');
  const rows: BenchRow[] = [];
  for (const watchers of [1, 1_000]) {
    report(`${watchers} clients watch queues …`);
    rows.push(...(await measureWatchers(options, watchers)));
  }
  return rows;
}

/** `watchers` sockets watch queues while 20 events per second arrive. */
async function measureWatchers({ system, servers }: StatsBenchOptions, watchers: number): Promise<BenchRow[]> {
  const sockets = await Promise.all(Array.from({ length: watchers }, () => watch(system.socketUrl)));
  await using sender = createSender(system.webhookUrl, 1);
  const metric = (name: string) => readMetric(Number(system.env['GATEWAY_ADMIN_PORT']), name);
  const readCounters = async () => ({
    postgres: servers.restartPostgres ? await countSnapshotReads(system.db) : null,
    queries: await metric('callstream_gateway_query_seconds_count{query="floor"}'),
    seconds: await metric('callstream_gateway_query_seconds_sum{query="floor"}'),
    cpu: await metric('process_cpu_seconds_total'),
    frames: sockets.reduce((sum, { frames }) => sum + frames(), 0),
  });
  const before = await readCounters();
  const deadline = performance.now() + watchMs;
  for (let i = 0; performance.now() < deadline; i++) {
    const body = { type: 'call.waiting', call_id: `watch.${watchers}.${i}`, queue: '900', direction: 'inbound' };
    await sender.post(JSON.stringify({ ...body, timestamp: new Date().toISOString() }));
    await sleep(pauseMs);
  }
  const after = await readCounters();
  sockets.forEach(({ close }) => close());
  const queries = after.queries - before.queries;
  const each = (ms: number): string => `${(ms / queries).toFixed(0)} ms each`;
  const inPostgres =
    before.postgres && after.postgres
      ? `${after.postgres.reads - before.postgres.reads} queries, ${((after.postgres.ms - before.postgres.ms) / (after.postgres.reads - before.postgres.reads)).toFixed(0)} ms each`
      : 'unknown: needs a Postgres that the benchmark started, without DATABASE_URL';
  const cpu = (((after.cpu - before.cpu) / watchMs) * 1e5).toFixed(1);
  return [
    {
      name: `${watchers} clients watch queues for ${watchMs / 1_000} s, 20 changes a second`,
      result: `${queries} queue snapshots, ${each((after.seconds - before.seconds) * 1_000)}, ${after.frames - before.frames} frames, gateway ${cpu} % of a core`,
    },
    { name: '  in Postgres', result: inPostgres },
  ];
}

async function watch(url: string) {
  const socket = new WebSocket(url);
  let frames = 0;
  socket.on('message', (data: Buffer) => (frames += Number(data.includes('"event":"Queues"'))));
  socket.on('open', () => socket.send('{"event":"WatchQueues","data":{}}'));
  const onTimeout = (): Error => new Error('The gateway sent no Queues within 60 s.');
  await until(() => frames > 0, { timeoutMs: 60_000, onTimeout });
  return { frames: () => frames, close: () => socket.terminate() };
}
