import type { Row } from '../bench.ts';
import { withSystem } from '../own-system.ts';
import type { Servers } from '../servers.ts';
import { createSender } from '../../src/sender.ts';
import { quantile } from '../../src/statistics.ts';
import type { Received } from './reader-commands.ts';
import { startReaders } from './readers.ts';
import type { Readers } from './readers.ts';
import { startGatewaySubject } from './subject.ts';
import { callsOf, postWebhooks } from './webhooks.ts';
import type { Posted } from './webhooks.ts';

const connections = 64;
type Say = (line: string) => void;

/** Webhooks at 2,000 a second for a minute, with 200 sockets that show everything. */
export const measureWhole = (servers: Servers, say: Say): Promise<Row[]> =>
  withGateway(servers, async ({ readers, webhookUrl, rssBytes, port }) => {
    const [perSecond, seconds, sockets] = [2_000, 60, 200];
    await readers.open('whole', { port, sockets });
    await warmUp(readers, { group: 'whole', webhookUrl });
    say(`whole system, ${perSecond} webhooks/s for ${seconds} s, ${sockets} sockets`);
    const load = { group: 'whole', webhookUrl, round: 1, calls: callsOf(perSecond * seconds), perSecond };
    const { times, refused, seconds: took } = await run(readers, load);
    const sent = load.calls * 7;
    return [
      {
        what: `whole system, ${perSecond} webhooks/s, ${sockets} sockets, ${seconds} s: webhook to frame`,
        result: `${latencyOf(times)}, ${refused} of ${sent} refused, all frames after ${took.toFixed(1)} s`,
        wanted: 'held, every socket complete',
        met: refused === 0 && took < seconds * 1.1,
      },
      { what: '  memory of the gateway', result: `${Math.round((await rssBytes()) / 1e6)} MB` },
    ];
  });

/** From before a webhook is posted until its change is in a frame: one after another, and at 500 a second. */
export const measureWebhooks = (servers: Servers, say: Say): Promise<Row[]> =>
  withGateway(servers, async ({ readers, webhookUrl, port }) => {
    await readers.open('few', { port, sockets: 10 });
    await warmUp(readers, { group: 'few', webhookUrl });
    const rows: Row[] = [];
    for (const [round, perSecond, webhooks] of [
      [1, 10, 300],
      [2, 500, 10_000],
    ] as const) {
      say(`webhook to frame at ${perSecond} webhooks/s`);
      const load = { group: 'few', webhookUrl, round, calls: callsOf(webhooks), perSecond };
      const { times, refused } = await run(readers, load);
      if (refused > 0) throw new Error(`${refused} webhooks were refused.`);
      rows.push({ what: `webhook to frame, ${perSecond} webhooks/s, 10 sockets`, result: latencyOf(times) });
    }
    return rows;
  });

interface Running {
  readonly readers: Readers;
  readonly webhookUrl: string;
  readonly port: number;
  readonly rssBytes: () => Promise<number>;
}

const withGateway = (servers: Servers, use: (running: Running) => Promise<Row[]>): Promise<Row[]> =>
  withSystem(servers, ['ingest', 'projector'], async (system) => {
    await using readers = startReaders();
    await using real = await startGatewaySubject(system.env);
    return await use({ readers, webhookUrl: system.webhookUrl, port: real.port, rssBytes: real.rssBytes });
  });

interface Load {
  readonly group: string;
  readonly webhookUrl: string;
  readonly round: number;
  readonly calls: number;
  readonly perSecond: number;
}

const warmUp = (readers: Readers, where: Pick<Load, 'group' | 'webhookUrl'>): Promise<unknown> =>
  run(readers, { ...where, round: 0, calls: 300, perSecond: 500 });

async function run(
  readers: Readers,
  load: Load,
): Promise<{ times: number[]; refused: Posted['refused']; seconds: number }> {
  await readers.expect(load.group, load.round, load.calls);
  await using sender = createSender(load.webhookUrl, connections);
  const { sentAt, refused } = await postWebhooks(sender, load);
  const { receivedAt, lastAt }: Received = await readers.complete(load.group);
  return {
    times: receivedAt.flatMap((at, i) => at.map((ms) => ms - (sentAt[i] ?? NaN))),
    refused,
    seconds: (lastAt - (sentAt[0] ?? NaN)) / 1_000,
  };
}

const latencyOf = (times: readonly number[]): string =>
  `p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`;
