import { Session } from 'node:inspector/promises';
import { readFileSync, readdirSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { parseEvent, recordKey } from '@callstream/domain';
import { testDatabase } from '@callstream/stack';
import * as tables from '@callstream/tables';
import { understand } from './src/understand.ts';
import { projectionVersion } from './src/version.ts';
import { uuidOf } from '@callstream/runtime';

const [rate = '40', perBatch = '900', limit = '100000'] = process.argv.slice(2);
const lines = readFileSync(`/tmp/w/bodies-${rate}.ndjson`, 'utf8').trim().split('\n').slice(0, Number(limit));
const partitions = 12;
const parts: any[][] = Array.from({ length: partitions }, () => []);
const now = Date.now();
for (const body of lines) {
  const value = Buffer.from(body);
  const parsed = parseEvent(value) as any;
  const key = recordKey(parsed.event, body);
  const partition = createHash('md5').update(key).digest()[0]! % partitions;
  const list = parts[partition]!;
  list.push({ topic: 't', partition, offset: list.length, key: null, value, timestamp: now,
    headers: new Map([['received_at', Buffer.from(parsed.event.at ? new Date(parsed.event.at + 200).toISOString() : new Date(now).toISOString())]]) });
}
const clk = 100;
const pids = async (db: any): Promise<number[]> => (await db.query(`select pid from pg_stat_activity where datname = current_database()`)).rows.map((r: any) => r.pid);
const cpuOf = (pid: number): number => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' '); return (Number(f[11]) + Number(f[12])) * 1000 / clk; };
await using database = await testDatabase();
await tables.migrate(database.url);
const db = tables.connectTables({ url: database.url, max: 4 });
const t: any = tables;
await t.ensurePositions(db, { topic: 't', partitions, version: projectionVersion, logId: '11111111-1111-8111-8111-111111111111' });
const seen = t.createSeenEvents?.();
const memory = t.createBatch;
const clients = await Promise.all([1, 2, 3, 4].map(() => db.connect()));
const queue: any[] = [];
const size = Number(perBatch);
for (let at = 0; parts.some((p) => p.length > at); at += size) for (const p of parts) if (p.length > at) queue.push(p.slice(at, at + size));
const positions = new Map<number, number>();
const busy = new Set<number>();
const session = new Session(); session.connect();
if (process.env.PROF) { await session.post('Profiler.enable'); await session.post('Profiler.setSamplingInterval', { interval: 500 }); await session.post('Profiler.start'); }
const before = process.cpuUsage();
const ids = (await Promise.all(clients.map((c: any) => c.query('select pg_backend_pid() as pid')))).map((r: any) => r.rows[0].pid);
const cpu0 = ids.map(cpuOf);
const began = performance.now();
let understanding = 0;
let rss = 0;
await Promise.all(clients.map(async (client: any) => {
  for (;;) {
    const i = queue.findIndex((b) => !busy.has(b[0].partition));
    if (i < 0) { if (queue.length === 0) return; await new Promise((r) => setTimeout(r, 1)); continue; }
    const [records] = queue.splice(i, 1);
    const partition = records[0].partition;
    busy.add(partition);
    const c0 = process.cpuUsage();
    const u: any = understand(records);
    const c1 = process.cpuUsage(c0); understanding += c1.user + c1.system;
    const last = records.at(-1);
    const move = { partition, expected: records[0].offset, next: last.offset + 1, version: projectionVersion, last: { uuid: uuidOf(last), timestamp: now } };
    if (memory) await t.project(client, { moves: [move], batch: u.batch }, seen);
    else await t.project(client, { moves: [move], rows: u.rows }, seen);
    busy.delete(partition);
    rss = Math.max(rss, process.memoryUsage().rss);
  }
}));
const ms = performance.now() - began;
const used = process.cpuUsage(before);
if (process.env.PROF) { const { profile } = await session.post('Profiler.stop') as any; (await import('node:fs')).writeFileSync(process.env.PROF + '/p.cpuprofile', JSON.stringify(profile)); }
const pg = ids.map(cpuOf).reduce((s: number, x: number, i: number) => s + x - cpu0[i]!, 0);
const n = lines.length;
const { rows } = await (clients[0] as any).query(`select pg_total_relation_size('calls') as calls, (select count(*) from calls) as n, pg_current_wal_insert_lsn() - '0/0' as wal`);
console.log(JSON.stringify({ rate, size, perSecond: Math.round(n * 1000 / ms), jsUsPerEvent: +((used.user + used.system) / n).toFixed(1), understandUs: +(understanding / n).toFixed(1), pgUsPerEvent: +(pg * 1000 / n).toFixed(1), rssMiB: Math.round(rss / 2 ** 20), calls: rows[0] }));
for (const c of clients) c.release();
await db.end();
process.exit(0);
