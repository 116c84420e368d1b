import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@callstream/stack';
import { linesOfCalls, queueLogLines } from '../../src/load/queue-log-lines.ts';
import { simulatedBodies } from '../../src/load/simulated-webhooks.ts';
import { formatLatency, quantile } from '../../src/load/statistics.ts';
import { readMetric } from '../../src/system/ingest.ts';
import { eventsArg } from '../bench.ts';
import type { Bench, BenchRow, ReportProgress } from '../bench.ts';
import { callsOf } from '../gateway/post-webhooks.ts';
import { postRound, warmUp, withGateway } from '../gateway/whole-system.ts';
import { projectBacklog } from '../projector/backlog.ts';
import type { Servers } from '../servers.ts';
import { withSystem } from '../with-system.ts';
import { startImport } from './import-process.ts';
import type { ImportTarget } from './import-process.ts';
import { memoryRows, sampleMemory } from './memory.ts';

const linesDefault = 300_000;
const linesPerCall = linesOfCalls(1_000) / 1_000;
const projectedEvents = 100_000;
/** Events per second of the simulated time: about 300 calls at once. */
const projectedRate = 40;
const ratioTarget = 0.5;
/** For 20 s: an import of the default size takes longer. */
const live = { perSecond: 50, calls: callsOf(50 * 20) };
const liveP99Target = 1_000;

export const importBench: Bench = {
  about: 'lines/s of an import of a queue_log, compared with the projector; its memory; live calls beside it',
  argsText: `LINES (default: ${linesDefault})`,
  minutes: 3,
  run: async (servers, report, args) => {
    const calls = Math.ceil(eventsArg(args, linesDefault) / linesPerCall);
    const folder = await mkdtemp(join(tmpdir(), 'callstream-import-'));
    try {
      const path = join(folder, 'queue_log');
      report(`writing ${linesOfCalls(calls)} lines`);
      await writeLines(path, calls);
      return [
        ...(await measureImport(servers, { path, folder, lines: linesOfCalls(calls) }, report)),
        ...(await measureBeside(servers, { path, folder: join(folder, 'beside') }, report)),
      ];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function writeLines(path: string, calls: number): Promise<void> {
  await using file = await open(path, 'w');
  let text = '';
  for (const line of queueLogLines(calls, 1_500_000_000)) {
    text += line;
    if (text.length < 1_000_000) continue;
    await file.write(text);
    text = '';
  }
  await file.write(text);
}

/** With the projector stopped, killed once on its way. */
async function measureImport(
  servers: Servers,
  target: ImportTarget & { readonly lines: number },
  report: ReportProgress,
): Promise<BenchRow[]> {
  const { lines } = target;
  report('the projector alone');
  const { eventsPerSecond } = await projectBacklog(servers, simulatedBodies(projectedEvents, projectedRate));
  const { perSecond, memory, accepted } = await withSystem(servers, { services: ['ingest'] }, async (system) => {
    report(`importing ${lines} lines, killed at a third`);
    const ingestAdminPort = Number(system.env['INGEST_ADMIN_PORT']);
    const acceptedSoFar = () => readMetric(ingestAdminPort, 'callstream_ingest_accepted_total');
    const began = performance.now();
    await using killed = startImport(target, system);
    await until(async () => (await acceptedSoFar()) > lines / 3, {
      timeoutMs: 600_000,
      everyMs: 250,
      onTimeout: () => new Error('The import does not reach a third of the lines.'),
    });
    killed.kill();
    await using resumed = startImport(target, system);
    using memory = sampleMemory({ importPid: resumed.pid, ingestAdminPort });
    await resumed.ended;
    const seconds = (performance.now() - began) / 1_000;
    return { perSecond: lines / seconds, memory: memory.samples, accepted: await acceptedSoFar() };
  });
  const ratio = perSecond / eventsPerSecond;
  return [
    { name: `projector, ${projectedEvents} events`, result: `${Math.round(eventsPerSecond)} events/s` },
    {
      name: `import of ${lines} lines, killed once, the projector stopped`,
      result: `${Math.round(perSecond)} lines/s`,
    },
    {
      name: '  import / projector',
      result: ratio.toFixed(2),
      target: `≥ ${ratioTarget}`,
      met: ratio >= ratioTarget,
    },
    {
      name: '  lines that ingest stored, those that it stored again after the kill included',
      result: String(accepted),
      target: `≥ ${lines}`,
      met: accepted >= lines,
    },
    ...memoryRows(memory),
  ];
}

/** Live calls while an import runs. */
const measureBeside = (servers: Servers, target: ImportTarget, report: ReportProgress): Promise<BenchRow[]> =>
  withGateway(servers, async ({ readers, webhookUrl, port, system }) => {
    await readers.open('beside', { port, sockets: 10 });
    await warmUp(readers, { group: 'beside', webhookUrl });
    report(`webhook to frame beside an import, ${live.perSecond} webhooks/s`);
    await using beside = startImport(target, system);
    const { times, refused } = await postRound(readers, { group: 'beside', webhookUrl, round: 1, ...live });
    const isStillImporting = !beside.hasEnded();
    const p99 = quantile(times, 0.99);
    return [
      {
        name: `webhook to frame beside an import, ${live.perSecond} webhooks/s, 10 sockets`,
        result: `${formatLatency(times)}, ${refused} refused${isStillImporting ? '' : '; the import ended before: use more lines'}`,
        target: `p99 < ${liveP99Target} ms`,
        met: p99 < liveP99Target && refused === 0,
      },
    ];
  });
