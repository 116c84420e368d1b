import { startProxy } from '@callstream/stack';
import type { BenchRow } from '../bench.ts';
import { withSystem } from '../with-system.ts';
import type { Servers } from '../servers.ts';
import { startReaders } from './readers.ts';
import { connectRecords } from './call-records.ts';
import { startMeasuredGateway } from './measured-servers.ts';

const sockets = 5_000;
const calls = 300;
/** Calls that begin while they are away. */
const changed = 10;

/**
 * 5,000 dashboards that lose their gateway, and come to another one with their cursors, all at once: until each has the
 * snapshot that completes it. Postgres refuses every connection meanwhile, so no query can have helped.
 */
export const measureReconnect = (servers: Servers, say: (line: string) => void): Promise<BenchRow[]> =>
  withSystem(servers, ['projector'], async (system) => {
    const database = new URL(servers.databaseUrl);
    await using proxy = await startProxy({ to: { host: database.hostname, port: Number(database.port) } });
    const url = new URL(system.env['DATABASE_URL'] ?? '');
    [url.hostname, url.port] = ['127.0.0.1', String(proxy.port)];
    const env = { ...system.env, DATABASE_URL: url.href };
    await using records = await connectRecords(system);
    await using readers = startReaders();
    await using first = await startMeasuredGateway(env);
    await records.put(0, 0, calls);
    await system.projected();
    say(`reconnect, ${sockets} sockets subscribe`);
    const opened = await readers.open('all', { port: first.port, sockets });
    // What changes while they are away, they are told of.
    await using second = await startMeasuredGateway(env);
    await first.gateway.kill();
    await readers.expect('all', 1, changed);
    await records.put(1, 0, changed);
    await system.projected();
    await proxy.refuse();
    say(`reconnect, ${sockets} sockets come to another gateway`);
    const cpuBefore = await second.cpuSeconds();
    const { tookMs } = await readers.reopen('all', second.port);
    const { changes } = await readers.complete('all');
    const cpu = (await second.cpuSeconds()) - cpuBefore;
    await proxy.resume();
    return [
      {
        what: `${sockets} subscribe at once to ${calls} calls, all have their snapshot after`,
        result: `${(opened.tookMs / 1_000).toFixed(2)} s`,
      },
      {
        what: `${sockets} reconnect at once with cursor, Postgres away, all live again after`,
        result: `${(tookMs / 1_000).toFixed(2)} s, ${((cpu * 1e6) / sockets).toFixed(0)} µs CPU each, ${changes} changes told`,
        wanted: 'all, each told once, without a query',
        met: changes === sockets * changed,
      },
    ];
  });
