import type { BenchRow, ReportProgress } from '../bench.ts';
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
/** Per round and socket: calls of the gateway, frames of the ceiling. */
const loads = [
  { sockets: 200, calls: 10_000, frames: 2_000 },
  { sockets: 1_000, calls: 3_000, frames: 600 },
] as const;
const ratioTarget = 5;
const cpuShareTarget = 0.2;

interface FanoutMeasurement {
  readonly changesPerSecond: number;
  readonly cpuMicroseconds: number;
  readonly framesPerSecond: number;
  readonly megabytesPerSecond: number;
}

/**
 * Deltas per second over all sockets, from a backlog of calls that change once each, so that nothing can be coalesced. The
 * gateway is stopped (SIGSTOP) while the backlog is produced. Alternates with a bare server that repeats one frame with
 * one delta.
 */
export async function measureFanout(servers: Servers, report: ReportProgress): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const load of loads) rows.push(...(await measureLoad(servers, load, report)));
  return rows;
}

const measureLoad = (
  servers: Servers,
  { sockets, calls, frames }: (typeof loads)[number],
  report: ReportProgress,
): Promise<BenchRow[]> =>
  withSystem(servers, { services: [] }, async (system) => {
    await using records = await connectRecords(system);
    await using readers = startReaders();
    await using ceiling = await startBareServer();
    await using real = await startMeasuredGateway(system.env);
    await readers.open('ceiling', { port: ceiling.port, sockets, subscribe: false });
    await readers.open('gateway', { port: real.port, sockets });

    const gatewayRound = async (round: number): Promise<FanoutMeasurement> => {
      await readers.expect('gateway', round, calls);
      real.gateway.service().freeze();
      await records.produce(round, 0, calls).finally(() => real.gateway.service().thaw());
      return measure(real, () => readers.complete('gateway'));
    };
    await gatewayRound(0); // warm-up
    await readers.expect('gateway', 1, 1);
    await records.produce(1, 0, 1);
    const singleChange = await readers.complete('gateway');
    const text = frameOfLength(singleChange.bytes / singleChange.frames);
    const ceilingRound = async (): Promise<FanoutMeasurement> => {
      await readers.expectFrames('ceiling', 0, frames);
      return measure(ceiling, () => {
        ceiling.flood(frames, text);
        return readers.complete('ceiling');
      });
    };
    // A thousand sockets reach full speed only after some seconds.
    for (let warmUp = 0; warmUp < warmUps; warmUp++) await ceilingRound();
    const measured: { ceiling: FanoutMeasurement; real: FanoutMeasurement }[] = [];
    for (let pair = 1; pair <= pairs; pair++) {
      report(`fanout, ${sockets} sockets, pair ${pair} of ${pairs}`);
      measured.push({ ceiling: await ceilingRound(), real: await gatewayRound(pair + 1) });
    }
    return rowsOf(`${sockets} sockets, ${text.length} bytes a change`, measured);
  });

/** A frame with one change, padded to `length` bytes. */
function frameOfLength(length: number): string {
  const frame = (pad: string): string =>
    JSON.stringify({ event: 'CallsChanged', data: { calls: [{ call_id: callIdOf(0, 0), pad }] } });
  return frame('x'.repeat(Math.max(0, Math.round(length) - frame('').length)));
}

async function measure(server: MeasuredServer, run: () => Promise<ReceptionReport>): Promise<FanoutMeasurement> {
  const cpuBefore = await server.cpuSeconds();
  const { firstAt, lastAt, changes, frames, bytes } = await run();
  const cpu = (await server.cpuSeconds()) - cpuBefore;
  const perSecond = (count: number): number => (count * 1_000) / (lastAt - firstAt);
  return {
    changesPerSecond: perSecond(changes),
    framesPerSecond: perSecond(frames),
    megabytesPerSecond: perSecond(bytes) / 1e6,
    cpuMicroseconds: (cpu * 1e6) / changes,
  };
}

function rowsOf(
  label: string,
  measured: readonly { ceiling: FanoutMeasurement; real: FanoutMeasurement }[],
): BenchRow[] {
  const medianOf = (side: 'ceiling' | 'real', figure: keyof FanoutMeasurement): number =>
    median(measured.map((pair) => pair[side][figure]));
  const ratios = measured.map(({ ceiling, real }) => real.changesPerSecond / ceiling.changesPerSecond);
  const shares = measured.map(({ ceiling, real }) => real.cpuMicroseconds / ceiling.cpuMicroseconds);
  const list = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(', ');
  const figures = (side: 'ceiling' | 'real'): string =>
    `${Math.round(medianOf(side, 'changesPerSecond'))} changes/s, ${Math.round(medianOf(side, 'framesPerSecond'))} frames/s, ` +
    `${Math.round(medianOf(side, 'megabytesPerSecond'))} MB/s, ${medianOf(side, 'cpuMicroseconds').toFixed(2)} µs CPU a change`;
  return [
    {
      name: `fanout, ${label}: times the ceiling, median of ${pairs}`,
      result: `${median(ratios).toFixed(2)} (${list(ratios)})`,
      target: `≥ ${ratioTarget}`,
      met: median(ratios) >= ratioTarget,
    },
    {
      name: '  CPU per delivered change, share of the ceiling',
      result: `${median(shares).toFixed(2)} (${list(shares)})`,
      target: `≤ ${cpuShareTarget}`,
      met: median(shares) <= cpuShareTarget,
    },
    { name: '  ceiling', result: figures('ceiling') },
    { name: '  gateway', result: figures('real') },
  ];
}
