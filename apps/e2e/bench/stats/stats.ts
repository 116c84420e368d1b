import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@callstream/stack';
import { countVisits } from '@callstream/tables';
import { makeMany } from '@callstream/tables/testing';
import { WebSocket } from 'ws';
import { createSender } from '../src/sender.ts';
import { quantile } from '../src/statistics.ts';
import type { System } from '../src/system.ts';
import { eventsArg } from './bench.ts';
import type { Bench, Row } from './bench.ts';
import { withSystem } from './own-system.ts';

const eventsDefault = 5_000_000;
/** The made-up centre makes ten events a second. */
const dayMs = (500_000 / 10) * 1_000;
const asks = 200;
const watchersMany = 1_000;
const watchMs = 10_000;
const pauseMs = 50;

type Say = (line: string) => void;

export const stats: Bench = {
  about: `totals of a day of 500000 events, their cost with 1 and ${watchersMany} watchers, lists over HTTP [EVENTS in the tables]`,
  run: (servers, say, args) => {
    const events = eventsArg(args, eventsDefault);
    const now = Date.now();
    // A time zone in which it is about 14 o'clock: so many events are of today.
    const west = new Date(now - dayMs).getUTCHours() + Math.round(new Date(now - dayMs).getUTCMinutes() / 60);
    const offset = west > 12 ? west - 24 : west;
    const settings = { TIME_ZONE: `Etc/GMT${offset < 0 ? '' : '+'}${offset}` };
    const use = async (system: System): Promise<Row[]> => {
      say(`filling the tables with ${events} events …`);
      await makeMany(system.db, events, new Date(now - events * 100).toISOString());
      say('asking for the totals of a day …');
      const day = await measureDay(system, now);
      for (const { what, result } of day) say(`  ${what}: ${result}`);
      await system.start('gateway');
      const lists = await measureLists(system, say);
      const watching: Row[] = [];
      for (const watchers of [1, watchersMany]) {
        say(`watching, ${watchers} …`);
        watching.push(await measureWatching(system, watchers));
      }
      return [...day, ...watching, ...lists];
    };
    return withSystem(servers, ['projector', 'ingest'], use, settings);
  },
};

const show = (ms: readonly number[]): string =>
  `p50 ${quantile(ms, 0.5).toFixed(1)} ms, p99 ${quantile(ms, 0.99).toFixed(1)} ms`;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Cold: the rows of the first day of the table, which the filling has long pushed out of Postgres' own memory. */
async function measureDay({ db }: System, now: number): Promise<Row[]> {
  const { rows } = await db.query<{ first: string }>('select min(created_at) as first from calls');
  const first = Date.parse(rows[0]?.first ?? '');
  const count = (from: number) =>
    countVisits(db, {
      ...{ from: new Date(from).toISOString(), to: new Date(from + dayMs).toISOString(), queues: null },
      ...{ serviceLevelMs: 20_000, shortAbandonMs: 5_000, interval: null, timeZone: 'UTC' },
    });
  const cold = await timed(() => count(first));
  const warm: number[] = [];
  for (let i = 0; i < 20; i++) warm.push(await timed(() => count(now - dayMs)));
  return [
    { what: 'totals of a day of 500000 events, first time', result: `${cold.toFixed(0)} ms` },
    { what: 'the same, warm, 20 times', result: show(warm) },
  ];
}

/** So many sockets watch queues while 20 events a second come. */
async function measureWatching(system: System, watchers: number): Promise<Row> {
  const sockets = await Promise.all(Array.from({ length: watchers }, () => watch(system.socketUrl)));
  await using sender = createSender(system.webhookUrl, 1);
  const looks = async () => ({
    count: await readMetric(system, 'callstream_gateway_query_seconds_count{query="floor"}'),
    seconds: await readMetric(system, 'callstream_gateway_query_seconds_sum{query="floor"}'),
    cpu: await readMetric(system, 'process_cpu_seconds_total'),
  });
  const before = await looks();
  const framesBefore = sockets.reduce((sum, { frames }) => sum + frames(), 0);
  const deadline = performance.now() + watchMs;
  for (let i = 0; performance.now() < deadline; i++) {
    const body = { type: 'call.waiting', call_id: `watch.${watchers}.${i}`, queue: '900', direction: 'inbound' };
    await sender.post(JSON.stringify({ ...body, timestamp: new Date().toISOString() }));
    await sleep(pauseMs);
  }
  const after = await looks();
  const frames = sockets.reduce((sum, socket) => sum + socket.frames(), 0) - framesBefore;
  sockets.forEach(({ close }) => close());
  const count = after.count - before.count;
  const ms = ((after.seconds - before.seconds) / count) * 1_000;
  return {
    what: `${watchers} watching queues for ${watchMs / 1_000} s, 20 changes a second`,
    result:
      `${count} looks of ${ms.toFixed(0)} ms, ${frames} frames, ` +
      `gateway ${(((after.cpu - before.cpu) / watchMs) * 1e5).toFixed(1)} % of a core`,
  };
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

async function readMetric({ env }: System, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${env['GATEWAY_ADMIN_PORT'] ?? ''}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** One question after another, each of another place in the tables where that can be. */
async function measureLists(system: System, say: Say): Promise<Row[]> {
  const { rows } = await system.db.query<{ id: number; call_id: string; number: string }>(
    `select id, call_id, their_number as number from calls tablesample system (1) limit 2000`,
  );
  const some = (i: number) => rows[(i * 7919) % rows.length] ?? { id: 0, call_id: 'many.1', number: '' };
  const questions: Readonly<Record<string, (i: number) => string>> = {
    'newest 100': () => 'calls',
    'newest 1000': () => 'calls?limit=1000',
    'a page of 100 anywhere': (i) => `calls?before=${some(i).id}`,
    'waiting calls of a queue': (i) => `calls?state=WAITING&queue=${900 + (i % 20)}`,
    'a page of a queue': (i) => `calls?queue=${900 + (i % 20)}&before=${some(i).id}`,
    'by number': (i) => `calls?number=${some(i).number.slice(-8)}`,
    'by the last four digits': (i) => `calls?number=${some(i).number.slice(-4)}`,
    'by call_id': (i) => `calls?call_id=${some(i).call_id}`,
    'a whole call': (i) => `calls/${some(i).call_id}`,
    'events of a call': (i) => `calls/${some(i).call_id}/events`,
  };
  const answers: Row[] = [];
  for (const [what, question] of Object.entries(questions)) {
    say(`HTTP: ${what} …`);
    const ms: number[] = [];
    for (let i = 0; i < asks; i++) {
      const url = `${system.socketUrl.replace('ws:', 'http:')}api/${question(i)}`;
      ms.push(
        await timed(async () => {
          const response = await fetch(url);
          if (!response.ok) throw new Error(`${what}: ${await response.text()}`);
          await response.arrayBuffer();
        }),
      );
    }
    answers.push({ what: `HTTP, ${what}, ${asks} times`, result: show(ms) });
    say(`  ${show(ms)}`);
  }
  return answers;
}
