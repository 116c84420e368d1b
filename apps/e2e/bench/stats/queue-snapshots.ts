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

/** What the looks at the tables cost for one who watches queues, and for a thousand: inside Postgres, and on the way. */
export async function measureQueueSnapshots(measuring: StatsBenchOptions): Promise<BenchRow[]> {
  const { system, servers, say } = measuring;
  if (servers.restartPostgres) {
    await enableStatementStats(system.db);
    await servers.restartPostgres();
  }
  if (!system.isRunning('gateway')) await system.start('gateway');
  const rows: BenchRow[] = [];
  for (const watchers of [1, 1_000]) {
    say(`watching, ${watchers} …`);
    rows.push(...(await measureWatchers(measuring, watchers)));
  }
  return rows;
}

/** So many sockets watch queues while 20 events a second come. */
async function measureWatchers({ system, servers }: StatsBenchOptions, watchers: number): Promise<BenchRow[]> {
  const sockets = await Promise.all(Array.from({ length: watchers }, () => watch(system.socketUrl)));
  await using sender = createSender(system.webhookUrl, 1);
  const metric = (name: string) => readMetric(Number(system.env['GATEWAY_ADMIN_PORT']), name);
  const seen = async () => ({
    inside: servers.restartPostgres ? await countSnapshotReads(system.db) : null,
    looks: await metric('callstream_gateway_query_seconds_count{query="floor"}'),
    seconds: await metric('callstream_gateway_query_seconds_sum{query="floor"}'),
    cpu: await metric('process_cpu_seconds_total'),
    frames: sockets.reduce((sum, { frames }) => sum + frames(), 0),
  });
  const before = await seen();
  const deadline = performance.now() + watchMs;
  for (let i = 0; performance.now() < deadline; i++) {
    const body = { type: 'call.waiting', call_id: `watch.${watchers}.${i}`, queue: '900', direction: 'inbound' };
    await sender.post(JSON.stringify({ ...body, timestamp: new Date().toISOString() }));
    await sleep(pauseMs);
  }
  const after = await seen();
  sockets.forEach(({ close }) => close());
  const looks = after.looks - before.looks;
  const each = (ms: number): string => `${(ms / looks).toFixed(0)} ms each`;
  const inside =
    before.inside && after.inside
      ? `${after.inside.looks - before.inside.looks} looks, ${((after.inside.ms - before.inside.ms) / (after.inside.looks - before.inside.looks)).toFixed(0)} ms each`
      : 'not known: it is not a Postgres of ours';
  const cpu = (((after.cpu - before.cpu) / watchMs) * 1e5).toFixed(1);
  return [
    {
      what: `${watchers} watching queues for ${watchMs / 1_000} s, 20 changes a second`,
      result: `${looks} looks, ${each((after.seconds - before.seconds) * 1_000)}, ${after.frames - before.frames} frames, gateway ${cpu} % of a core`,
    },
    { what: '  inside Postgres', result: inside },
  ];
}

async function watch(url: string) {
  const socket = new WebSocket(url);
  let frames = 0;
  socket.on('message', (data: Buffer) => (frames += Number(data.includes('"event":"Queues"'))));
  socket.on('open', () => socket.send('{"event":"WatchQueues","data":{}}'));
  const onTimeout = (): Error => new Error('No numbers came.');
  await until(() => frames > 0, { timeoutMs: 60_000, onTimeout });
  return { frames: () => frames, close: () => socket.terminate() };
}
