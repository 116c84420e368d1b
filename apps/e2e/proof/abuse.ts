import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchRow, ReportProgress } from '../bench/bench.ts';
import type { Servers } from '../bench/servers.ts';
import { withSystem } from '../bench/with-system.ts';
import { runAttacks, targetOf } from '../src/abuse/run-attacks.ts';
import type { AttackResult } from '../src/abuse/run-attacks.ts';
import { quantile } from '../src/load/statistics.ts';
import { runOnce } from '../src/system/service-process.ts';
import type { System } from '../src/system/system.ts';
import { startCoreMeasurement } from './core-usage.ts';
import type { Waits } from './good-client.ts';
import { startGoodClient } from './start-good-client.ts';
import { watchMemory } from './watch-memory.ts';
import type { MemoryWatch } from './watch-memory.ts';

/** How long the good client is measured without an attack, in ms. */
const quietMs = 40_000;
/** Its p99 under attack may be so many times the quiet one. */
const slowdownMax = 3;
/** With a heap of 512 MB: docs/threat-model.md. */
const memoryMbMax = 700;

const services = ['ingest', 'projector', 'gateway'] as const;
const kinds = [
  ['webhook until its answer', 'webhookMs'],
  ['webhook until its call is on the board', 'boardMs'],
  ['GET /api/queues', 'apiMs'],
  ['control: a server that does nothing', 'controlMs'],
] as const satisfies readonly (readonly [string, keyof Waits])[];

const p99 = (ms: readonly number[]): number => quantile(ms, 0.99);
const inMs = (ms: number): string => `${ms.toFixed(0)} ms`;

/** Attacks a system of its own from another process, with a good client beside it. */
export async function proveAbuse(servers: Servers, report: ReportProgress): Promise<BenchRow[]> {
  const settings = { NODE_OPTIONS: '--max-old-space-size=512' };
  return withSystem(servers, { services, settings, session: 'own' }, async (system) => [
    ...(await attack(system, report)),
    ...(await checkAfterwards(system, report)),
  ]);
}

async function attack(system: System, report: ReportProgress): Promise<BenchRow[]> {
  await using good = await startGoodClient(targetOf(system));
  report(`a good client alone, for ${quietMs / 1_000} s …`);
  // The first requests are slower, and would excuse later ones: code is compiled, in Kafka too.
  await sleep(quietMs / 2);
  await good.takeWaits();
  await sleep(quietMs);
  const quiet = await good.takeWaits();
  report(`quiet: good client's p99: ${p99Text(quiet)}`);
  using memory = watchMemory(system);
  const namesOf = new Map<number | undefined, string>([
    ...services.map((service) => [system.pidOf(service), service] as const),
    [good.pid, 'good client'],
    [good.controlPid, 'control'],
    [process.pid, 'proof'],
  ]);
  const cores = await startCoreMeasurement(namesOf);
  const waits: Waits[] = [];
  const results = await runAttacks(system, {
    scale: 'full',
    onPrepared: async (attackerPid) => {
      namesOf.set(attackerPid, 'attacker');
      await Promise.all([good.takeWaits(), cores.sinceLast()]);
    },
    onResult: async (result) => {
      const [during, coresText] = await Promise.all([good.takeWaits(), cores.sinceLast()]);
      waits.push(during);
      report(`${result.attack}: ${result.problem ?? 'as documented'}, ${volumeText(result)}`);
      report(`  good client's p99: ${p99Text(during)}`);
      report(`  ${coresText}`);
    },
  });
  return [
    ...results.map(attackRow),
    ...kinds.map((kind) => slowdownRow(kind, quiet, waits)),
    ...services.map((service) => memoryRow(memory, service)),
  ];
}

/** Answers of the attack, and their rate. */
const volumeText = ({ ms, accepted, refused }: AttackResult): string =>
  `${accepted} accepted and ${refused} refused in ${(ms / 1_000).toFixed(1)} s, ${perSecond({ ms, accepted, refused }).toFixed(0)} a second`;

const perSecond = ({ ms, accepted, refused }: Pick<AttackResult, 'ms' | 'accepted' | 'refused'>): number =>
  (1_000 * (accepted + refused)) / Math.max(ms, 1);

/** An attacker that had no core has not attacked. */
function attackRow(result: AttackResult): BenchRow {
  const { attack: name, problem, requests, accepted, refused, perSecondMin } = result;
  const isWhole = accepted + refused >= requests && perSecond(result) >= perSecondMin;
  return {
    name,
    result: problem ?? (isWhole ? 'as documented' : `too few: ${volumeText(result)}`),
    target: perSecondMin > 0 ? `as documented, at least ${perSecondMin} a second` : 'as documented',
    met: problem === null && isWhole,
  };
}

const p99Text = (waits: Waits): string =>
  kinds
    .map(([name, key]) => {
      const ms = waits[key];
      return ms.length === 0 ? `${name} not measured` : `${name} ${inMs(p99(ms))} of ${ms.length}`;
    })
    .join(', ');

/** The control has no target: it is what the machine alone costs. */
function slowdownRow([name, key]: (typeof kinds)[number], quiet: Waits, waits: readonly Waits[]): BenchRow {
  const attackedMs = p99(waits.flatMap((during) => during[key]));
  const quietMs = p99(quiet[key]);
  const row = {
    name: `good client: ${name}, p99`,
    result: `${inMs(attackedMs)}, quiet ${inMs(quietMs)}: ${(attackedMs / quietMs).toFixed(1)} times`,
  };
  if (key === 'controlMs') return row;
  return { ...row, target: `at most ${slowdownMax} times`, met: attackedMs <= slowdownMax * quietMs };
}

function memoryRow(memory: MemoryWatch, service: string): BenchRow {
  const mb = memory.peakMb(service);
  return {
    name: `memory of ${service}, peak`,
    result: mb === undefined ? 'not measured' : `${mb.toFixed(0)} MB`,
    target: `under ${memoryMbMax} MB`,
    met: mb !== undefined && mb < memoryMbMax,
  };
}

async function checkAfterwards(system: System, report: ReportProgress): Promise<BenchRow[]> {
  report('projecting what arrived, and comparing the tables with the log …');
  await system.untilProjected(5 * 60_000);
  const verified = await runOnce({
    name: 'verify',
    args: ['apps/projector/src/main.ts', 'verify'],
    env: system.env,
  }).then(
    (text) => (text.includes('The live tables match the log.') ? 'identical' : text),
    (error: unknown) => (error as Error).message,
  );
  return [
    { name: 'tables afterwards', result: verified, target: 'identical', met: verified === 'identical' },
    ...services.map((service) => ({
      name: `${service} afterwards`,
      result: system.isRunning(service) ? 'runs' : 'ended',
      target: 'runs',
      met: system.isRunning(service),
    })),
  ];
}
