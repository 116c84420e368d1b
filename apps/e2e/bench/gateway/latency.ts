import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchRow } from '../bench.ts';
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
/** Records of a round; the first second is not counted. */
const records = 1_000;
const warmUps = perSecond;
const rounds = 2;
const wantedMs = { p50: 30, p99: 60 };
const bareRatioWanted = 1.5;

/**
 * From the moment in which a record is sent to the topic until its change is in a frame at a client, over all sockets. What
 * Kafka takes to acknowledge it stands beside: a record is not on the topic before.
 */
export const measureLatency = (servers: Servers, say: (line: string) => void): Promise<BenchRow[]> =>
  withSystem(servers, [], async (system) => {
    await using put = await connectRecords(system);
    await using readers = startReaders();
    await using bare = await startBareServer({}, { brokers: servers.brokers, topic: system.topic });
    await using coalescing = await startMeasuredGateway({ ...system.env, GATEWAY_COALESCE_MS: '20' });
    await using atOnce = await startMeasuredGateway({ ...system.env, GATEWAY_COALESCE_MS: '0' });
    const subjects = { bare, '20': coalescing, '0': atOnce };
    const measured: Record<keyof typeof subjects, LatencySamples> = {
      bare: noSamples,
      '20': noSamples,
      '0': noSamples,
    };
    let round = 0;
    for (let turn = 1; turn <= rounds; turn++)
      for (const name of ['bare', '20', '0'] as const) {
        say(`latency, ${name === 'bare' ? 'bare consumer' : `coalescing ${name} ms`}, round ${turn} of ${rounds}`);
        await readers.open(name, { port: subjects[name].port, sockets, subscribe: name !== 'bare' });
        const { acknowledged, received, afterwards } = await measureRound(readers, {
          group: name,
          put: put.put,
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
    const what = `record to frame, ${sockets} sockets, ${perSecond} records/s`;
    return [
      {
        what: `${what}, coalescing 20 ms`,
        result: row('20'),
        wanted: `p50 < ${wantedMs.p50} ms, p99 < ${wantedMs.p99} ms`,
        met: p50('20') < wantedMs.p50 && p99('20') < wantedMs.p99,
      },
      { what: '  since Kafka had acknowledged the record', result: formatLatency(measured['20'].afterwards) },
      { what: `${what}, coalescing 0`, result: row('0') },
      { what: `${what}, bare consumer`, result: row('bare') },
      { what: '  until Kafka has acknowledged the record, of all three', result: formatLatency(acknowledged) },
      {
        what: '  p50 at coalescing 0, times the bare consumer',
        result: ratio.toFixed(2),
        wanted: `≤ ${bareRatioWanted}`,
        met: ratio <= bareRatioWanted,
      },
    ];
  });

interface LatencySamples {
  /** ms until Kafka had each record. */
  readonly acknowledged: readonly number[];
  /** ms until each record was in a frame, on each socket. */
  readonly received: readonly number[];
  /** The same since Kafka had it; less than 0 if the frame was there before the acknowledgement. */
  readonly afterwards: readonly number[];
}

const noSamples: LatencySamples = { acknowledged: [], received: [], afterwards: [] };

interface LatencyRound {
  readonly group: string;
  readonly put: (round: number, from: number, to: number) => Promise<void>;
  readonly round: number;
}

/** Records at an even pace, by a plan. As ingest does it: while some are being sent, those that are due wait, and leave together. */
async function measureRound(readers: Readers, { group, put, round }: LatencyRound): Promise<LatencySamples> {
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
    await put(round, from, due);
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
