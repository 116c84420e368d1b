import { until } from '@callstream/stack';
import type { BenchRow } from '../bench.ts';
import { withSystem } from '../with-system.ts';
import type { Servers } from '../servers.ts';
import { median } from '../../src/load/statistics.ts';
import { pickPort } from '../../src/system/free-port.ts';
import { collectGarbage } from './collect-garbage.ts';
import { startReaders } from './readers.ts';
import { startBareServer, startMeasuredGateway } from './measured-servers.ts';
import type { MeasuredServer } from './measured-servers.ts';

const sockets = 5_000;
const warmUps = 1_000;
const pairs = 3;
const ratioWanted = 1.5;

/** Memory of the server for each of 5,000 sockets on which nothing happens; those of the gateway are subscribed. */
export const measureIdle = (servers: Servers, say: (line: string) => void): Promise<BenchRow[]> =>
  withSystem(servers, [], async (system) => {
    const measured: { bare: number; real: number }[] = [];
    for (let pair = 1; pair <= pairs; pair++) {
      say(`idle, ${sockets} sockets, pair ${pair} of ${pairs}`);
      measured.push({
        bare: await bytesPerSocket(startBareServer, false),
        real: await bytesPerSocket((env) => startMeasuredGateway({ ...system.env, ...env }), true),
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

/**
 * The first thousand are not counted: with them V8's young heap grows to its full size, once, on either side. Nor is garbage: how
 * much of it lies about depends on how large the heap was before.
 */
async function bytesPerSocket(
  start: (env: Readonly<Record<string, string>>) => Promise<MeasuredServer>,
  subscribe: boolean,
): Promise<number> {
  const inspector = await pickPort();
  await using subject = await start({ NODE_OPTIONS: `--inspect=127.0.0.1:${inspector}` });
  await using readers = startReaders();
  const memory = async (): Promise<number> => {
    await collectGarbage(inspector);
    return settled(subject);
  };
  await readers.open('first', { port: subject.port, sockets: warmUps, subscribe });
  const before = await memory();
  await readers.open('idle', { port: subject.port, sockets, subscribe });
  return ((await memory()) - before) / sockets;
}

/** Its memory once it does not change any more: four readings in a second within 1 %. */
async function settled({ rssBytes }: MeasuredServer): Promise<number> {
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
