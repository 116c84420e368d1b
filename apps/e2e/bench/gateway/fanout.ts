import type { BenchRow } from '../bench.ts';
import { withSystem } from '../with-system.ts';
import type { Servers } from '../servers.ts';
import { median } from '../../src/load/statistics.ts';
import { callIdOf } from './frame-parser.ts';
import type { ReceptionReport } from './reader-commands.ts';
import { startReaders } from './readers.ts';
import { connectRecords } from './call-records.ts';
import { startBareServer, startMeasuredGateway } from './measured-servers.ts';
import type { MeasuredServer } from './measured-servers.ts';

const pairs = 3;
const warmUps = 3;
/** Calls of a round that the gateway has, and frames that the ceiling sends, on each socket. */
const loads = [
  { sockets: 200, calls: 10_000, frames: 2_000 },
  { sockets: 1_000, calls: 3_000, frames: 600 },
] as const;
const ratioWanted = 5;
const cpuShareWanted = 0.2;

type Say = (line: string) => void;

interface FanoutMeasurement {
  readonly changesPerSecond: number;
  readonly cpuMicroseconds: number;
  readonly framesPerSecond: number;
  readonly megabytesPerSecond: number;
}

/**
 * Changes on the sockets per second, from a backlog of calls of which each changes once, so that nothing can be left out:
 * the gateway is stopped (SIGSTOP) while the backlog is put on the topic. In turn with a bare server that sends one
 * frame of one such change again and again.
 */
export async function measureFanout(servers: Servers, say: Say): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const load of loads) rows.push(...(await measureLoad(servers, load, say)));
  return rows;
}

const measureLoad = (
  servers: Servers,
  { sockets, calls, frames }: (typeof loads)[number],
  say: Say,
): Promise<BenchRow[]> =>
  withSystem(servers, [], async (system) => {
    await using records = await connectRecords(system);
    await using readers = startReaders();
    await using ceiling = await startBareServer();
    await using real = await startMeasuredGateway(system.env);
    await readers.open('ceiling', { port: ceiling.port, sockets, subscribe: false });
    await readers.open('gateway', { port: real.port, sockets });

    const gatewayRound = async (round: number): Promise<FanoutMeasurement> => {
      await readers.expect('gateway', round, calls);
      real.gateway.service().freeze();
      await records.put(round, 0, calls).finally(() => real.gateway.service().thaw());
      return measure(real, () => readers.complete('gateway'));
    };
    await gatewayRound(0); // warms up, and tells how long a frame of one change is
    await readers.expect('gateway', 1, 1);
    await records.put(1, 0, 1);
    const one = await readers.complete('gateway');
    const text = paddedTo(one.bytes / one.frames);
    const ceilingRound = async (): Promise<FanoutMeasurement> => {
      await readers.expectFrames('ceiling', 0, frames);
      return measure(ceiling, () => {
        ceiling.flood(frames, text);
        return readers.complete('ceiling');
      });
    };
    // A thousand sockets get to their speed only after some seconds.
    for (let warmUp = 0; warmUp < warmUps; warmUp++) await ceilingRound();
    const measured: { ceiling: FanoutMeasurement; real: FanoutMeasurement }[] = [];
    for (let pair = 1; pair <= pairs; pair++) {
      say(`fanout, ${sockets} sockets, pair ${pair} of ${pairs}`);
      measured.push({ ceiling: await ceilingRound(), real: await gatewayRound(pair + 1) });
    }
    return rowsOf(`${sockets} sockets, ${text.length} bytes a change`, measured);
  });

/** A frame of one change with as many bytes as the gateway's. */
function paddedTo(length: number): string {
  const frame = (pad: string): string =>
    JSON.stringify({ event: 'CallsChanged', data: { calls: [{ call_id: callIdOf(0, 0), pad }] } });
  return frame('x'.repeat(Math.max(0, Math.round(length) - frame('').length)));
}

async function measure(subject: MeasuredServer, run: () => Promise<ReceptionReport>): Promise<FanoutMeasurement> {
  const cpuBefore = await subject.cpuSeconds();
  const { firstAt, lastAt, changes, frames, bytes } = await run();
  const cpu = (await subject.cpuSeconds()) - cpuBefore;
  const perSecond = (count: number): number => (count * 1_000) / (lastAt - firstAt);
  return {
    changesPerSecond: perSecond(changes),
    framesPerSecond: perSecond(frames),
    megabytesPerSecond: perSecond(bytes) / 1e6,
    cpuMicroseconds: (cpu * 1e6) / changes,
  };
}

function rowsOf(
  what: string,
  measured: readonly { ceiling: FanoutMeasurement; real: FanoutMeasurement }[],
): BenchRow[] {
  const of = (side: 'ceiling' | 'real', figure: keyof FanoutMeasurement): number =>
    median(measured.map((pair) => pair[side][figure]));
  const ratios = measured.map(({ ceiling, real }) => real.changesPerSecond / ceiling.changesPerSecond);
  const shares = measured.map(({ ceiling, real }) => real.cpuMicroseconds / ceiling.cpuMicroseconds);
  const list = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(', ');
  const figures = (side: 'ceiling' | 'real'): string =>
    `${Math.round(of(side, 'changesPerSecond'))} changes/s, ${Math.round(of(side, 'framesPerSecond'))} frames/s, ` +
    `${Math.round(of(side, 'megabytesPerSecond'))} MB/s, ${of(side, 'cpuMicroseconds').toFixed(2)} µs CPU a change`;
  return [
    {
      what: `fanout, ${what}: times the ceiling, median of ${pairs}`,
      result: `${median(ratios).toFixed(2)} (${list(ratios)})`,
      wanted: `≥ ${ratioWanted}`,
      met: median(ratios) >= ratioWanted,
    },
    {
      what: '  CPU per delivered change, share of the ceiling',
      result: `${median(shares).toFixed(2)} (${list(shares)})`,
      wanted: `≤ ${cpuShareWanted}`,
      met: median(shares) <= cpuShareWanted,
    },
    { what: '  ceiling', result: figures('ceiling') },
    { what: '  gateway', result: figures('real') },
  ];
}
