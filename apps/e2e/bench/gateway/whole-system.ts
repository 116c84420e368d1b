import type { BenchRow } from '../bench.ts';
import { withSystem } from '../with-system.ts';
import type { Servers } from '../servers.ts';
import { readMetric } from '../../src/system/ingest.ts';
import { createSender } from '../../src/load/sender.ts';
import { formatLatency } from '../../src/load/statistics.ts';
import type { ReceptionReport } from './reader-commands.ts';
import { startReaders } from './readers.ts';
import type { Readers } from './readers.ts';
import { startMeasuredGateway } from './measured-servers.ts';
import { callsOf, postWebhooks } from './post-webhooks.ts';
import type { PostedWebhooks } from './post-webhooks.ts';

/** As many as a provider may open: with 64, each waits for the answer to its last webhook, and the load is not kept up. */
const connections = 256;
type Say = (line: string) => void;

const sockets = 200;
/** Webhooks a second, and for how many seconds: the first is what is wanted, and then less and less until it is held. */
const rates = [
  { perSecond: 2_000, seconds: 60 },
  { perSecond: 1_500, seconds: 20 },
  { perSecond: 1_000, seconds: 20 },
  { perSecond: 750, seconds: 20 },
  { perSecond: 500, seconds: 20 },
] as const;

/** Webhooks at 2,000 a second for a minute, with 200 sockets that show everything; and how many are held, if those are not. */
export const measureWholeSystem = (servers: Servers, say: Say): Promise<BenchRow[]> =>
  withGateway(servers, async (running) => {
    const { readers, webhookUrl, rssBytes, port } = running;
    await readers.open('whole', { port, sockets });
    await warmUp(readers, { group: 'whole', webhookUrl });
    const rows: BenchRow[] = [];
    for (const [i, { perSecond, seconds }] of rates.entries()) {
      say(`whole system, ${perSecond} webhooks/s for ${seconds} s, ${sockets} sockets`);
      const before = await running.cpuSeconds();
      const load = { group: 'whole', webhookUrl, round: i + 1, calls: callsOf(perSecond * seconds), perSecond };
      const { times, refused, seconds: took } = await run(readers, load);
      const after = await running.cpuSeconds();
      const shares = Object.entries(after).map(
        ([name, cpu]) => `${name} ${(((cpu - (before[name] ?? 0)) / took) * 100).toFixed(0)} %`,
      );
      const met = refused === 0 && took < seconds * 1.1;
      rows.push(
        {
          what: `whole system, ${perSecond} webhooks/s, ${sockets} sockets, ${seconds} s: webhook to frame`,
          result: `${formatLatency(times)}, ${refused} of ${load.calls * 7} refused, all frames after ${took.toFixed(1)} s`,
          ...(i === 0 && { wanted: 'held, every socket complete' }),
          met,
        },
        {
          what: '  CPU of a core while it lasted; the rest is that of Kafka and Postgres',
          result: shares.join(', '),
        },
      );
      for (const { what, result } of rows.slice(-2)) say(`  ${what}: ${result}`);
      if (met) break;
    }
    return [...rows, { what: '  memory of the gateway', result: `${Math.round((await rssBytes()) / 1e6)} MB` }];
  });

/** From before a webhook is posted until its change is in a frame: one after another, and at 500 a second. */
export const measureWebhooks = (servers: Servers, say: Say): Promise<BenchRow[]> =>
  withGateway(servers, async ({ readers, webhookUrl, port }) => {
    await readers.open('few', { port, sockets: 10 });
    await warmUp(readers, { group: 'few', webhookUrl });
    const rows: BenchRow[] = [];
    for (const [round, perSecond, webhooks] of [
      [1, 10, 300],
      [2, 500, 10_000],
    ] as const) {
      say(`webhook to frame at ${perSecond} webhooks/s`);
      const load = { group: 'few', webhookUrl, round, calls: callsOf(webhooks), perSecond };
      const { times, refused } = await run(readers, load);
      if (refused > 0) throw new Error(`${refused} webhooks were refused.`);
      rows.push({ what: `webhook to frame, ${perSecond} webhooks/s, 10 sockets`, result: formatLatency(times) });
    }
    return rows;
  });

interface GatewayUnderLoad {
  readonly readers: Readers;
  readonly webhookUrl: string;
  readonly port: number;
  readonly rssBytes: () => Promise<number>;
  /** What each process of ours has used until now, by name. */
  readonly cpuSeconds: () => Promise<Readonly<Record<string, number>>>;
}

const withGateway = (servers: Servers, use: (running: GatewayUnderLoad) => Promise<BenchRow[]>): Promise<BenchRow[]> =>
  withSystem(servers, ['ingest', 'projector'], async (system) => {
    await using readers = startReaders();
    await using real = await startMeasuredGateway(system.env);
    const cpuSeconds = async () => {
      const { user, system: kernel } = process.cpuUsage();
      const ofService = (port: string) => readMetric(Number(system.env[port]), 'process_cpu_seconds_total');
      return {
        ingest: await ofService('INGEST_ADMIN_PORT'),
        projector: await ofService('PROJECTOR_ADMIN_PORT'),
        gateway: await real.cpuSeconds(),
        readers: await readers.cpuSeconds(),
        load: (user + kernel) / 1e6,
      };
    };
    const { port, rssBytes } = real;
    return await use({ readers, webhookUrl: system.webhookUrl, port, rssBytes, cpuSeconds });
  });

interface WebhookRound {
  readonly group: string;
  readonly webhookUrl: string;
  readonly round: number;
  readonly calls: number;
  readonly perSecond: number;
}

const warmUp = (readers: Readers, where: Pick<WebhookRound, 'group' | 'webhookUrl'>): Promise<unknown> =>
  run(readers, { ...where, round: 0, calls: 300, perSecond: 500 });

async function run(
  readers: Readers,
  load: WebhookRound,
): Promise<{ times: number[]; refused: PostedWebhooks['refused']; seconds: number }> {
  await readers.expect(load.group, load.round, load.calls);
  await using sender = createSender(load.webhookUrl, connections);
  const { sentAt, refused } = await postWebhooks(sender, load);
  const { receivedAt, lastAt }: ReceptionReport = await readers.complete(load.group);
  return {
    times: receivedAt.flatMap((at, i) => at.map((ms) => ms - (sentAt[i] ?? NaN))),
    refused,
    seconds: (lastAt - (sentAt[0] ?? NaN)) / 1_000,
  };
}
