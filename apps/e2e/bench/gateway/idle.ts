import { once } from 'node:events';
import { freePort, until } from '@callstream/stack';
import { WebSocket } from 'ws';
import type { BenchRow, ReportProgress } from '../bench.ts';
import { withSystem } from '../with-system.ts';
import type { Servers } from '../servers.ts';
import { median } from '../../src/load/statistics.ts';
import { startReaders } from './readers.ts';
import { startBareServer, startMeasuredGateway } from './measured-servers.ts';
import type { MeasuredServer } from './measured-servers.ts';

const sockets = 5_000;
const warmUps = 1_000;
const pairs = 3;
const ratioTarget = 1.5;

/** Memory of the server per idle socket, of 5,000; at the gateway they are subscribed. */
export const measureIdle = (servers: Servers, report: ReportProgress): Promise<BenchRow[]> =>
  withSystem(servers, { services: [] }, async (system) => {
    const measured: { bare: number; real: number }[] = [];
    for (let pair = 1; pair <= pairs; pair++) {
      report(`idle, ${sockets} sockets, pair ${pair} of ${pairs}`);
      measured.push({
        bare: await bytesPerSocket(startBareServer, false),
        real: await bytesPerSocket((env) => startMeasuredGateway({ ...system.env, ...env }), true),
      });
    }
    const ratios = measured.map(({ bare, real }) => real / bare);
    const kilobytes = (side: 'bare' | 'real'): string => (median(measured.map((pair) => pair[side])) / 1e3).toFixed(1);
    return [
      {
        name: `idle, ${sockets} sockets: memory per socket, times bare ws, median of ${pairs}`,
        result: `${median(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`,
        target: `≤ ${ratioTarget}`,
        met: median(ratios) <= ratioTarget,
      },
      { name: '  bare ws', result: `${kilobytes('bare')} kB a socket` },
      { name: '  gateway, subscribed', result: `${kilobytes('real')} kB a socket` },
    ];
  });

/**
 * The first thousand sockets are a warm-up, in which V8's young generation grows to its full size. Garbage is collected
 * before each reading, because its amount depends on the size of the heap.
 */
async function bytesPerSocket(
  start: (env: Readonly<Record<string, string>>) => Promise<MeasuredServer>,
  subscribe: boolean,
): Promise<number> {
  const inspector = await freePort();
  await using server = await start({ NODE_OPTIONS: `--inspect=127.0.0.1:${inspector}` });
  await using readers = startReaders();
  const memory = async (): Promise<number> => {
    await collectGarbage(inspector);
    return settledMemory(server);
  };
  await readers.open('first', { port: server.port, sockets: warmUps, subscribe });
  const before = await memory();
  await readers.open('idle', { port: server.port, sockets, subscribe });
  return ((await memory()) - before) / sockets;
}

/** Resident memory once four readings within a second differ by less than 1 %. */
async function settledMemory({ rssBytes }: MeasuredServer): Promise<number> {
  const readings: number[] = [];
  await until(
    async () => {
      readings.push(await rssBytes());
      const last = readings.slice(-4);
      return last.length === 4 && Math.max(...last) < 1.01 * Math.min(...last);
    },
    {
      timeoutMs: 30_000,
      everyMs: 250,
      onTimeout: () => new Error(`The memory does not settle: ${readings.join(', ')}`),
    },
  );
  return readings.at(-1) ?? 0;
}

/** Forces a garbage collection in the process with this inspector port. @see Chrome DevTools Protocol, HeapProfiler.collectGarbage */
async function collectGarbage(inspectorPort: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${inspectorPort}/json/list`);
  const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
  if (!target) throw new Error('The process has no inspector: start it with --inspect.');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await once(socket, 'open');
  socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' }));
  await once(socket, 'message');
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}
