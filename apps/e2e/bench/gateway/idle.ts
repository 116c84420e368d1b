import { until } from '@callstream/stack';
import type { Row } from '../bench.ts';
import { withSystem } from '../own-system.ts';
import type { Servers } from '../servers.ts';
import { median } from '../../src/statistics.ts';
import { startReaders } from './readers.ts';
import { startBareServer, startGatewaySubject } from './subject.ts';
import type { Subject } from './subject.ts';

const sockets = 5_000;
const warmUps = 1_000;
const pairs = 3;
const ratioWanted = 1.5;

/** Memory of the server for each of 5,000 sockets on which nothing happens; those of the gateway are subscribed. */
export const measureIdle = (servers: Servers, say: (line: string) => void): Promise<Row[]> =>
  withSystem(servers, [], async (system) => {
    const measured: { bare: number; real: number }[] = [];
    for (let pair = 1; pair <= pairs; pair++) {
      say(`idle, ${sockets} sockets, pair ${pair} of ${pairs}`);
      measured.push({
        bare: await bytesPerSocket(await startBareServer(), false),
        real: await bytesPerSocket(await startGatewaySubject(system.env), true),
      });
    }
    const ratios = measured.map(({ bare, real }) => real / bare);
    const kilobytes = (side: 'bare' | 'real'): string => (median(measured.map((pair) => pair[side])) / 1e3).toFixed(1);
    return [
      {
        what: `idle, ${sockets} sockets: memory per socket, times bare ws, median of ${pairs}`,
        result: `${median(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`,
        wanted: `≤ ${ratioWanted}`,
        met: median(ratios) <= ratioWanted,
      },
      { what: '  bare ws', result: `${kilobytes('bare')} kB a socket` },
      { what: '  gateway, subscribed', result: `${kilobytes('real')} kB a socket` },
    ];
  });

/** The first thousand are not counted: with them V8's young heap grows to its full size, once, on either side. */
async function bytesPerSocket(started: Subject, subscribe: boolean): Promise<number> {
  await using subject = started;
  await using readers = startReaders();
  await readers.open('first', { port: subject.port, sockets: warmUps, subscribe });
  const before = await settled(subject);
  await readers.open('idle', { port: subject.port, sockets, subscribe });
  return ((await settled(subject)) - before) / sockets;
}

/** Its memory once it does not change any more: four readings in a second within 1 %. */
async function settled({ rssBytes }: Subject): Promise<number> {
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
      onTimeout: () => new Error(`Its memory does not settle: ${readings.join(', ')}`),
    },
  );
  return readings.at(-1) ?? 0;
}
