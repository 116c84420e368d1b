import type { BenchRow, ReportProgress } from '../bench.ts';
import type { System } from '../../src/system/system.ts';
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

/** With 64 connections, the load waits for responses and does not reach its rate. */
const connections = 256;
const sockets = 200;
/** The first is the target; lower ones follow until the system sustains one. */
const rates = [
  { perSecond: 2_000, seconds: 60 },
  { perSecond: 1_500, seconds: 20 },
  { perSecond: 1_000, seconds: 20 },
  { perSecond: 750, seconds: 20 },
  { perSecond: 500, seconds: 20 },
] as const;

/** 2,000 webhooks per second for a minute with 200 sockets, or else the highest rate that the system sustains. */
export const measureWholeSystem = (servers: Servers, report: ReportProgress): Promise<BenchRow[]> =>
  withGateway(servers, async (underLoad) => {
    const { readers, webhookUrl, rssBytes, port } = underLoad;
    await readers.open('whole', { port, sockets });
    await warmUp(readers, { group: 'whole', webhookUrl });
    const rows: BenchRow[] = [];
    for (const [i, { perSecond, seconds }] of rates.entries()) {
      report(`whole system, ${perSecond} webhooks/s for ${seconds} s, ${sockets} sockets`);
      const before = await underLoad.cpuSeconds();
      const load = { group: 'whole', webhookUrl, round: i + 1, calls: callsOf(perSecond * seconds), perSecond };
      const { times, refused, seconds: took } = await postRound(readers, load);
      const after = await underLoad.cpuSeconds();
      const shares = Object.entries(after).map(
        ([name, cpu]) => `${name} ${(((cpu - (before[name] ?? 0)) / took) * 100).toFixed(0)} %`,
      );
      const met = refused === 0 && took < seconds * 1.1;
      rows.push(
        {
          name: `whole system, ${perSecond} webhooks/s, ${sockets} sockets, ${seconds} s: webhook to frame`,
          result: `${formatLatency(times)}, ${refused} of ${load.calls * 7} refused, all frames after ${took.toFixed(1)} s`,
          ...(i === 0 && { target: 'sustained, every socket complete' }),
          met,
        },
        {
          name: '  CPU during the load, in % of a core; the rest is used by Kafka and Postgres',
          result: shares.join(', '),
        },
      );
      for (const { name, result } of rows.slice(-2)) report(`  ${name}: ${result}`);
      if (met) break;
    }
    return [...rows, { name: '  memory of the gateway', result: `${Math.round((await rssBytes()) / 1e6)} MB` }];
  });

/** From posting a webhook until its change is in a frame, at 10 and at 500 webhooks per second. */
export const measureWebhooks = (servers: Servers, report: ReportProgress): Promise<BenchRow[]> =>
  withGateway(servers, async ({ readers, webhookUrl, port }) => {
    await readers.open('few', { port, sockets: 10 });
    await warmUp(readers, { group: 'few', webhookUrl });
    const rows: BenchRow[] = [];
    for (const [round, perSecond, webhooks] of [
      [1, 10, 300],
      [2, 500, 10_000],
    ] as const) {
      report(`webhook to frame at ${perSecond} webhooks/s`);
      const load = { group: 'few', webhookUrl, round, calls: callsOf(webhooks), perSecond };
      const { times, refused } = await postRound(readers, load);
      if (refused > 0) throw new Error(`${refused} webhooks were refused.`);
      rows.push({ name: `webhook to frame, ${perSecond} webhooks/s, 10 sockets`, result: formatLatency(times) });
    }
    return rows;
  });

interface GatewayUnderLoad {
  readonly readers: Readers;
  readonly system: System;
  readonly webhookUrl: string;
  readonly port: number;
  readonly rssBytes: () => Promise<number>;
  /** CPU time so far, by process. */
  readonly cpuSeconds: () => Promise<Readonly<Record<string, number>>>;
}

export const withGateway = (
  servers: Servers,
  use: (underLoad: GatewayUnderLoad) => Promise<BenchRow[]>,
): Promise<BenchRow[]> =>
  withSystem(servers, { services: ['ingest', 'projector'] }, async (system) => {
    await using readers = startReaders();
    await using gateway = await startMeasuredGateway(system.env);
    const cpuSeconds = async () => {
      const { user, system: kernel } = process.cpuUsage();
      const cpuOf = (port: string) => readMetric(Number(system.env[port]), 'process_cpu_seconds_total');
      return {
        ingest: await cpuOf('INGEST_ADMIN_PORT'),
        projector: await cpuOf('PROJECTOR_ADMIN_PORT'),
        gateway: await gateway.cpuSeconds(),
        readers: await readers.cpuSeconds(),
        load: (user + kernel) / 1e6,
      };
    };
    const { port, rssBytes } = gateway;
    return await use({ readers, system, webhookUrl: system.webhookUrl, port, rssBytes, cpuSeconds });
  });

interface WebhookRound {
  readonly group: string;
  readonly webhookUrl: string;
  readonly round: number;
  readonly calls: number;
  readonly perSecond: number;
}

export const warmUp = (readers: Readers, target: Pick<WebhookRound, 'group' | 'webhookUrl'>): Promise<unknown> =>
  postRound(readers, { ...target, round: 0, calls: 300, perSecond: 500 });

/** Posts calls, and waits until their frames are at all readers of the group. */
export async function postRound(
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
