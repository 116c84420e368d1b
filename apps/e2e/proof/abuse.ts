import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchRow, ReportProgress } from '../bench/bench.ts';
import type { Servers } from '../bench/servers.ts';
import { withSystem } from '../bench/with-system.ts';
import { runAttacks, targetOf } from '../src/abuse/run-attacks.ts';
import { runOnce } from '../src/system/service-process.ts';
import { readMetric } from '../src/system/ingest.ts';
import type { System } from '../src/system/system.ts';
import { startGoodClient } from './good-client.ts';
import type { Waits } from './good-client.ts';
import { quantile } from '../src/load/statistics.ts';

/** How long the good client is measured without an attack, in ms. */
const quietMs = 20_000;
/** Its p99 under attack may be so many times the quiet one. */
const slowdownMax = 3;
/** With a heap of 512 MB: docs/threat-model.md. */
const memoryMbMax = 700;

const kinds = [
  ['webhook until its answer', 'webhookMs'],
  ['webhook until its call is on the board', 'boardMs'],
  ['GET /api/queues', 'apiMs'],
] as const satisfies readonly (readonly [string, keyof Waits])[];

const p99 = (ms: readonly number[]): number => quantile(ms, 0.99);
const inMs = (ms: number): string => `${ms.toFixed(0)} ms`;

/** Attacks a system of its own from another process, with a good client beside it. */
export async function proveAbuse(servers: Servers, report: ReportProgress): Promise<BenchRow[]> {
  const services = ['ingest', 'projector', 'gateway'] as const;
  const settings = { NODE_OPTIONS: '--max-old-space-size=512' };
  return withSystem(servers, { services, settings }, async (system) => {
    const rows: BenchRow[] = [];
    {
      await using good = await startGoodClient(targetOf(system));
      report(`a good client alone, for ${quietMs / 1_000} s …`);
      // The first requests are slower: code is compiled.
      await sleep(quietMs / 4);
      good.takeWaits();
      await sleep(quietMs);
      const quiet = good.takeWaits();
      using memory = watchMemory(system);
      const waits: Waits[] = [];
      const results = await runAttacks(system, {
        scale: 'full',
        onResult: ({ attack, ms, problem }) => {
          const during = good.takeWaits();
          waits.push(during);
          report(
            `${attack}: ${problem ?? 'as documented'}, ${(ms / 1_000).toFixed(1)} s; ` +
              `good client's p99: ${kinds.map(([name, key]) => `${name} ${during[key].length === 0 ? 'not measured' : inMs(p99(during[key]))}`).join(', ')}`,
          );
        },
      });
      for (const { attack, problem } of results)
        rows.push({ name: attack, result: problem ?? 'as documented', target: 'as documented', met: problem === null });
      for (const [name, key] of kinds) {
        const attackedMs = p99(waits.flatMap((during) => during[key]));
        const unattackedMs = p99(quiet[key]);
        rows.push({
          name: `good client: ${name}, p99`,
          result: `${inMs(attackedMs)}, quiet ${inMs(unattackedMs)}: ${(attackedMs / unattackedMs).toFixed(1)} times`,
          target: `at most ${slowdownMax} times`,
          met: attackedMs <= slowdownMax * unattackedMs,
        });
      }
      for (const service of services) {
        const mb = memory.peakMb(service);
        rows.push({
          name: `memory of ${service}, peak`,
          result: mb === undefined ? 'not measured' : `${mb.toFixed(0)} MB`,
          target: `under ${memoryMbMax} MB`,
          met: mb !== undefined && mb < memoryMbMax,
        });
      }
    }
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
    rows.push({ name: 'tables afterwards', result: verified, target: 'identical', met: verified === 'identical' });
    for (const service of services)
      rows.push({
        name: `${service} afterwards`,
        result: system.isRunning(service) ? 'runs' : 'ended',
        target: 'runs',
        met: system.isRunning(service),
      });
    return rows;
  });
}

interface MemoryWatch extends Disposable {
  /** undefined if it never answered. */
  readonly peakMb: (service: string) => number | undefined;
}

/** Reads the memory of each service once a second. */
function watchMemory(system: System): MemoryWatch {
  const names = ['ingest', 'projector', 'gateway'];
  const peaks = new Map<string, number>();
  const read = async (): Promise<void> => {
    for (const [i, port] of targetOf(system).adminPorts.entries()) {
      const name = names[i] ?? '';
      const bytes = await readMetric(port, 'process_resident_memory_bytes').catch(() => null);
      if (bytes !== null) peaks.set(name, Math.max(peaks.get(name) ?? 0, bytes / 1e6));
    }
  };
  const timer = setInterval(() => void read(), 1_000);
  return { peakMb: (service) => peaks.get(service), [Symbol.dispose]: () => clearInterval(timer) };
}
