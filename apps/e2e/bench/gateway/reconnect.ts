import { startProxy } from '@callstream/stack';
import type { BenchRow, ReportProgress } from '../bench.ts';
import { withSystem } from '../with-system.ts';
import type { Servers } from '../servers.ts';
import { startReaders } from './readers.ts';
import { connectRecords } from './call-records.ts';
import { startMeasuredGateway } from './measured-servers.ts';

const sockets = 5_000;
const calls = 300;
/** Calls that begin while the dashboards are disconnected. */
const newCalls = 10;

/**
 * 5,000 dashboards lose their gateway and reconnect to another one with their cursors, all at once: the time until each has
 * resumed. Postgres refuses connections meanwhile, which shows that a resume needs no query.
 */
export const measureReconnect = (servers: Servers, report: ReportProgress): Promise<BenchRow[]> =>
  withSystem(servers, { services: ['projector'] }, async (system) => {
    const database = new URL(servers.databaseUrl);
    await using proxy = await startProxy({ to: { host: database.hostname, port: Number(database.port) } });
    const url = new URL(system.env['DATABASE_URL'] ?? '');
    [url.hostname, url.port] = ['127.0.0.1', String(proxy.port)];
    const env = { ...system.env, DATABASE_URL: url.href };
    await using records = await connectRecords(system);
    await using readers = startReaders();
    await using first = await startMeasuredGateway(env);
    await records.produce(0, 0, calls);
    await system.untilProjected();
    report(`reconnect, ${sockets} sockets subscribe`);
    const opened = await readers.open('all', { port: first.port, sockets });
    await using second = await startMeasuredGateway(env);
    await first.gateway.kill();
    await readers.expect('all', 1, newCalls);
    await records.produce(1, 0, newCalls);
    await system.untilProjected();
    await proxy.refuse();
    report(`reconnect, ${sockets} sockets reconnect to another gateway`);
    const cpuBefore = await second.cpuSeconds();
    const { tookMs } = await readers.reopen('all', second.port);
    const { changes } = await readers.complete('all');
    const cpu = (await second.cpuSeconds()) - cpuBefore;
    await proxy.resume();
    return [
      {
        name: `${sockets} sockets subscribe at once to ${calls} calls: all have their snapshot after`,
        result: `${(opened.tookMs / 1_000).toFixed(2)} s`,
      },
      {
        name: `${sockets} sockets reconnect at once with cursors, Postgres unavailable: all have resumed after`,
        result: `${(tookMs / 1_000).toFixed(2)} s, ${((cpu * 1e6) / sockets).toFixed(0)} µs CPU each, ${changes} changes received`,
        target: 'each change once per socket, without a query',
        met: changes === sockets * newCalls,
      },
    ];
  });
