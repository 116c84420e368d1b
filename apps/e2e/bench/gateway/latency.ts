import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchRow, ReportProgress } from '../bench.ts';
import { withSystem } from '../with-system.ts';
import type { Servers } from '../servers.ts';
import { quantile, formatLatency } from '../../src/load/statistics.ts';
import { monotonicMs } from './reader-commands.ts';
import { startReaders } from './readers.ts';
import type { Readers } from './readers.ts';
import { connectRecords } from './call-records.ts';
import { startBareServer, startMeasuredGateway } from './measured-servers.ts';

const sockets = 200;
const perSecond = 100;
/** Records of a round; those of the first second are the warm-up. */
const records = 1_000;
const warmUps = perSecond;
const rounds = 2;
const targetMs = { p50: 30, p99: 60 };
const bareRatioTarget = 1.5;

/**
 * From sending a record to Kafka until its change is in a frame at a client, over all sockets. Kafka's acknowledgement is
 * measured, too: before it, the record is not in the log.
 */
export const measureLatency = (servers: Servers, report: ReportProgress): Promise<BenchRow[]> =>
  withSystem(servers, { services: [] }, async (system) => {
    await using callRecords = await connectRecords(system);
    await using readers = startReaders();
    await using bare = await startBareServer({}, { brokers: servers.brokers, topic: system.topic });
    await using coalesced = await startMeasuredGateway({ ...system.env, GATEWAY_COALESCE_MS: '20' });
    await using immediate = await startMeasuredGateway({ ...system.env, GATEWAY_COALESCE_MS: '0' });
    const subjects = { bare, '20': coalesced, '0': immediate };
    const measured: Record<keyof typeof subjects, LatencySamples> = {
      bare: noSamples,
      '20': noSamples,
      '0': noSamples,
    };
    let round = 0;
    for (let turn = 1; turn <= rounds; turn++)
      for (const name of ['bare', '20', '0'] as const) {
        report(`latency, ${name === 'bare' ? 'bare consumer' : `coalescing ${name} ms`}, round ${turn} of ${rounds}`);
        await readers.open(name, { port: subjects[name].port, sockets, subscribe: name !== 'bare' });
        const { acknowledged, received, afterwards } = await measureRound(readers, {
          group: name,
          produce: callRecords.produce,
          round: round++,
        });
        const before = measured[name];
        measured[name] = {
          acknowledged: before.acknowledged.concat(acknowledged),
          received: before.received.concat(received),
          afterwards: before.afterwards.concat(afterwards),
        };
        await readers.close(name);
      }
    const p50 = (name: keyof typeof subjects): number => quantile(measured[name].received, 0.5);
    const p99 = (name: keyof typeof subjects): number => quantile(measured[name].received, 0.99);
    const row = (name: keyof typeof subjects): string => formatLatency(measured[name].received);
    const ratio = p50('0') / p50('bare');
    const acknowledged = Object.values(measured).flatMap((times) => times.acknowledged);
    const label = `record to frame, ${sockets} sockets, ${perSecond} records/s`;
    return [
      {
        name: `${label}, coalescing 20 ms`,
        result: row('20'),
        target: `p50 < ${targetMs.p50} ms, p99 < ${targetMs.p99} ms`,
        met: p50('20') < targetMs.p50 && p99('20') < targetMs.p99,
      },
      { name: '  since Kafka had acknowledged the record', result: formatLatency(measured['20'].afterwards) },
      { name: `${label}, coalescing 0`, result: row('0') },
      { name: `${label}, bare consumer`, result: row('bare') },
      { name: '  until Kafka has acknowledged the record, of all three', result: formatLatency(acknowledged) },
      {
        name: '  p50 at coalescing 0, times the bare consumer',
        result: ratio.toFixed(2),
        target: `≤ ${bareRatioTarget}`,
        met: ratio <= bareRatioTarget,
      },
    ];
  });

interface LatencySamples {
  /** ms until Kafka acknowledged each record. */
  readonly acknowledged: readonly number[];
  /** ms until each record was in a frame, for each socket. */
  readonly received: readonly number[];
  /** The same since the acknowledgement; negative if the frame came earlier. */
  readonly afterwards: readonly number[];
}

const noSamples: LatencySamples = { acknowledged: [], received: [], afterwards: [] };

interface LatencyRound {
  readonly group: string;
  readonly produce: (round: number, from: number, to: number) => Promise<void>;
  readonly round: number;
}

/** Produces records at an even pace. As in ingest, records that are due during a request go together in the next one. */
async function measureRound(readers: Readers, { group, produce, round }: LatencyRound): Promise<LatencySamples> {
  await readers.expect(group, round, records);
  const sentAt: number[] = [];
  const acknowledged: number[] = [];
  const began = monotonicMs();
  for (let from = 0; from < records; from = sentAt.length) {
    const dueMs = began + (from * 1_000) / perSecond - monotonicMs();
    if (dueMs > 0) await sleep(dueMs);
    const at = monotonicMs();
    const due = Math.min(records, Math.floor(((at - began) * perSecond) / 1_000) + 1);
    for (let i = from; i < due; i++) sentAt.push(at);
    await produce(round, from, due);
    for (let i = from; i < due; i++) acknowledged.push(monotonicMs() - at);
  }
  const { receivedAt } = await readers.complete(group);
  const received = receivedAt.map((at, i) => at.map((ms) => ms - (sentAt[i] ?? NaN)));
  const afterwards = received.map((times, i) => times.map((ms) => ms - (acknowledged[i] ?? NaN)));
  return {
    acknowledged: acknowledged.slice(warmUps),
    received: received.slice(warmUps).flat(),
    afterwards: afterwards.slice(warmUps).flat(),
  };
}
