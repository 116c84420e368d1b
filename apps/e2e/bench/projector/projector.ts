import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectPublisher, eventUuid } from '@callstream/runtime';
import { until } from '@callstream/stack';
import { listCalls } from '@callstream/tables';
import type { System } from '../../src/system/system.ts';
import { projectBacklog } from './backlog.ts';
import { eventsAndRunsText, eventsArg, runsArg } from '../bench.ts';
import type { Bench, BenchRow, ReportProgress } from '../bench.ts';
import { measureCopyCeiling, prepareCopyCeiling } from './copy-ceiling.ts';
import { withSystem } from '../with-system.ts';
import type { Servers } from '../servers.ts';
import { simulatedBodies } from '../../src/load/simulated-webhooks.ts';
import { median, quantile } from '../../src/load/statistics.ts';

/** Fewer would measure how V8 compiles, and a COPY that ends before its first checkpoint. */
const eventsDefault = 1_000_000;
/** `rate`: events per second of the simulated time; a call has nine events in about a minute. */
const loads = [
  { calls: 300, rate: 40, ratioTarget: 0.4, perSecondTarget: 25_000 },
  { calls: 15_000, rate: 2_000, ratioTarget: 0.2, perSecondTarget: null },
] as const;
const residentBytesTarget = 300 * 2 ** 20;

const warmUps = 20;
const records = 300;
const pauseMs = { min: 20, max: 60 };
const latencyTarget = { p50: 15, p99: 60 };

export const projector: Bench = {
  about: 'events/s of the projector from a backlog, compared with COPY; its memory; its latency without load',
  argsText: eventsAndRunsText(eventsDefault),
  minutes: 10,
  run: async (servers, report, args) => {
    const events = eventsArg(args, eventsDefault);
    const runs = runsArg(args);
    const rows = await withSystem(servers, { services: ['projector'] }, (system) => measureLatency(system, report));
    for (const load of loads) rows.push(...(await measureLoad(servers, { ...load, events, runs }, report)));
    return rows;
  },
};

type BacklogLoad = (typeof loads)[number] & { readonly events: number; readonly runs: number };

async function measureLoad(servers: Servers, load: BacklogLoad, report: ReportProgress): Promise<BenchRow[]> {
  const { events, runs, calls, rate, ratioTarget, perSecondTarget } = load;
  const bodies = await collect(simulatedBodies(events, rate));
  const ceiling = await prepareCopyCeiling(bodies);
  const ceilings: number[] = [];
  const projected: number[] = [];
  let residentBytes = 0;
  for (let run = 1; run <= runs; run++) {
    ceilings.push(await measureCopyCeiling(ceiling));
    const result = await projectBacklog(servers, bodies);
    projected.push(result.eventsPerSecond);
    residentBytes = Math.max(residentBytes, result.residentBytes);
    report(
      `${calls} calls at once, run ${run} of ${runs}: COPY ${perSecond(ceilings)}, projector ${perSecond(projected)}`,
    );
  }
  const ratio = median(projected) / median(ceilings);
  const label = `${events} events, ${calls} calls at once`;
  return [
    { name: `COPY alone, ${label}`, result: `${Math.round(median(ceilings))} events/s (${perSecond(ceilings)})` },
    {
      name: `projector, ${label}`,
      result: `${Math.round(median(projected))} events/s (${perSecond(projected)})`,
      ...(perSecondTarget === null
        ? {}
        : { target: `≥ ${perSecondTarget} events/s`, met: median(projected) >= perSecondTarget }),
    },
    {
      name: `projector / COPY, ${calls} calls at once`,
      result: ratio.toFixed(2),
      target: `≥ ${ratioTarget}`,
      met: ratio >= ratioTarget,
    },
    {
      name: `highest memory of the projector, ${calls} calls at once`,
      result: `${Math.round(residentBytes / 2 ** 20)} MiB`,
      target: `< ${residentBytesTarget / 2 ** 20} MiB`,
      met: residentBytes > 0 && residentBytes < residentBytesTarget,
    },
  ];
}

async function collect(bodies: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const body of bodies) all.push(body);
  return all;
}

const perSecond = (rates: readonly number[]): string => rates.map(Math.round).join(', ');

/** One record at a time: from Kafka's acknowledgement until a query returns its call. */
async function measureLatency({ kafka, topic, db }: System, report: ReportProgress): Promise<BenchRow[]> {
  await using publisher = await connectPublisher(kafka);
  const once = async (i: number): Promise<number> => {
    const call = `latency.${i}`;
    const value = Buffer.from(JSON.stringify({ type: 'call.new', call_id: call, timestamp: new Date().toISOString() }));
    const headers = { received_at: new Date().toISOString(), ce_id: eventUuid(value) };
    await publisher.publishBatch([{ topic, partition: i % 12, key: call, value, headers }]);
    const began = performance.now();
    return until(
      async () => (await listCalls(db, { aggregate_id: call })).rows.length > 0 && performance.now() - began,
      {
        timeoutMs: 30_000,
        everyMs: 0,
        onTimeout: () => new Error('A record is not projected within 30 s.'),
      },
    );
  };
  const times: number[] = [];
  for (let i = 0; i < warmUps + records; i++) {
    if (i % 100 === 0) report(`record ${i} of ${warmUps + records}`);
    const ms = await once(i);
    if (i >= warmUps) times.push(ms);
    await sleep(randomInt(pauseMs.min, pauseMs.max));
  }
  return (
    [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const
  ).map(([name, q]) => {
    const ms = quantile(times, q);
    const target = latencyTarget[name];
    return {
      name: `record acknowledged → committed row, ${records} one at a time, ${name}`,
      result: `${ms.toFixed(1)} ms`,
      target: `< ${target} ms`,
      met: ms < target,
    };
  });
}
