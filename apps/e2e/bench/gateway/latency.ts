import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../bench.ts';
import { withSystem } from '../own-system.ts';
import type { Servers } from '../servers.ts';
import { quantile } from '../../src/statistics.ts';
import { monotonicMs } from './reader-commands.ts';
import { startReaders } from './readers.ts';
import type { Readers } from './readers.ts';
import { connectRecords } from './records.ts';
import { startBareServer, startGatewaySubject } from './subject.ts';

const sockets = 200;
const perSecond = 100;
/** Records of a round; the first second is not counted. */
const records = 1_000;
const warmUps = perSecond;
const rounds = 2;
const wantedMs = { p50: 30, p99: 60 };
const bareRatioWanted = 1.5;

/** From before a record is sent to the topic until its change is in a frame at a client, over all sockets. */
export const measureLatency = (servers: Servers, say: (line: string) => void): Promise<Row[]> =>
  withSystem(servers, [], async (system) => {
    await using put = await connectRecords(system);
    await using readers = startReaders();
    await using bare = await startBareServer({ brokers: servers.brokers, topic: system.topic });
    await using coalescing = await startGatewaySubject({ ...system.env, GATEWAY_COALESCE_MS: '20' });
    await using atOnce = await startGatewaySubject({ ...system.env, GATEWAY_COALESCE_MS: '0' });
    const subjects = { bare, '20': coalescing, '0': atOnce };
    const times: Record<keyof typeof subjects, number[]> = { bare: [], '20': [], '0': [] };
    let round = 0;
    for (let turn = 1; turn <= rounds; turn++)
      for (const name of ['bare', '20', '0'] as const) {
        say(`latency, ${name === 'bare' ? 'bare consumer' : `coalescing ${name} ms`}, round ${turn} of ${rounds}`);
        await readers.open(name, { port: subjects[name].port, sockets, subscribe: name !== 'bare' });
        times[name] = times[name].concat(await timesOf(readers, { group: name, put: put.put, round: round++ }));
        await readers.close(name);
      }
    const row = (name: keyof typeof subjects): string =>
      `p50 ${quantile(times[name], 0.5).toFixed(1)} ms, p99 ${quantile(times[name], 0.99).toFixed(1)} ms`;
    const ratio = quantile(times['0'], 0.5) / quantile(times.bare, 0.5);
    const what = `record to frame, ${sockets} sockets, ${perSecond} records/s`;
    return [
      {
        what: `${what}, coalescing 20 ms`,
        result: row('20'),
        wanted: `p50 < ${wantedMs.p50} ms, p99 < ${wantedMs.p99} ms`,
        met: quantile(times['20'], 0.5) < wantedMs.p50 && quantile(times['20'], 0.99) < wantedMs.p99,
      },
      { what: `${what}, coalescing 0`, result: row('0') },
      { what: `${what}, bare consumer`, result: row('bare') },
      {
        what: '  p50 at coalescing 0, times the bare consumer',
        result: ratio.toFixed(2),
        wanted: `≤ ${bareRatioWanted}`,
        met: ratio <= bareRatioWanted,
      },
    ];
  });

interface Load {
  readonly group: string;
  readonly put: (round: number, from: number, to: number) => Promise<void>;
  readonly round: number;
}

/** One record after another at an even pace, by a plan: one that is late does not delay those after it. */
async function timesOf(readers: Readers, { group, put, round }: Load): Promise<number[]> {
  await readers.expect(group, round, records);
  const sentAt: number[] = [];
  const sending: Promise<void>[] = [];
  const began = monotonicMs();
  for (let i = 0; i < records; i++) {
    const dueMs = began + (i * 1_000) / perSecond - monotonicMs();
    if (dueMs > 0) await sleep(dueMs);
    sentAt.push(monotonicMs());
    sending.push(put(round, i, i + 1));
  }
  await Promise.all(sending);
  const { receivedAt } = await readers.complete(group);
  return receivedAt.flatMap((at, i) => (i < warmUps ? [] : at.map((ms) => ms - (sentAt[i] ?? NaN))));
}
