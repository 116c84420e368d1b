import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectPublisher, eventUuid } from '@callstream/runtime';
import { until } from '@callstream/stack';
import { listCalls } from '@callstream/tables';
import type { System } from '../../src/system/system.ts';
import { projectBacklog } from './backlog.ts';
import { eventsArg, runsArg } from '../bench.ts';
import type { Bench, BenchRow } from '../bench.ts';
import { measureCopyCeiling, prepareCopyCeiling } from './copy-ceiling.ts';
import { withSystem } from '../with-system.ts';
import type { Servers } from '../servers.ts';
import { simulatedBodies } from '../../src/load/simulated-webhooks.ts';
import { median, quantile } from '../../src/load/statistics.ts';

const eventsDefault = 300_000;
/** Events per second of the simulated time: a call lasts about a minute and makes nine. */
const loads = [
  { calls: 300, rate: 40, ratioWanted: 0.4, perSecondWanted: 25_000 },
  { calls: 15_000, rate: 2_000, ratioWanted: 0.2, perSecondWanted: null },
] as const;
const residentBytesWanted = 300 * 2 ** 20;

const warmUps = 20;
const records = 300;
const pauseMs = { min: 20, max: 60 };
const latencyWanted = { p50: 15, p99: 60 };

type Say = (line: string) => void;

export const projector: Bench = {
  about: 'the projector from a backlog beside the ceiling (COPY), its memory, and its latency unloaded [EVENTS [RUNS]]',
  run: async (servers, say, args) => {
    const events = eventsArg(args, eventsDefault);
    const runs = runsArg(args);
    const rows = await withSystem(servers, ['projector'], (system) => measureLatency(system, say));
    for (const load of loads) rows.push(...(await measureLoad(servers, { ...load, events, runs }, say)));
    return rows;
  },
};

type BacklogLoad = (typeof loads)[number] & { readonly events: number; readonly runs: number };

async function measureLoad(servers: Servers, load: BacklogLoad, say: Say): Promise<BenchRow[]> {
  const { events, runs, calls, rate, ratioWanted, perSecondWanted } = load;
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
    say(
      `${calls} calls at once, run ${run} of ${runs}: COPY ${perSecond(ceilings)}, projector ${perSecond(projected)}`,
    );
  }
  const ratio = median(projected) / median(ceilings);
  const what = `${events} events, ${calls} calls at once`;
  return [
    { what: `COPY alone, ${what}`, result: `${Math.round(median(ceilings))} events/s (${perSecond(ceilings)})` },
    {
      what: `projector, ${what}`,
      result: `${Math.round(median(projected))} events/s (${perSecond(projected)})`,
      ...(perSecondWanted === null
        ? {}
        : { wanted: `≥ ${perSecondWanted} events/s`, met: median(projected) >= perSecondWanted }),
    },
    {
      what: `projector / COPY, ${calls} calls at once`,
      result: ratio.toFixed(2),
      wanted: `≥ ${ratioWanted}`,
      met: ratio >= ratioWanted,
    },
    {
      what: `most memory of the projector, ${calls} calls at once`,
      result: `${Math.round(residentBytes / 2 ** 20)} MiB`,
      wanted: `< ${residentBytesWanted / 2 ** 20} MiB`,
      met: residentBytes > 0 && residentBytes < residentBytesWanted,
    },
  ];
}

async function collect(bodies: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const body of bodies) all.push(body);
  return all;
}

const perSecond = (rates: readonly number[]): string => rates.map(Math.round).join(', ');

/** One record at a time: from the moment Kafka has acknowledged it until a query sees its call. */
async function measureLatency({ kafka, topic, db }: System, say: Say): Promise<BenchRow[]> {
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
        onTimeout: () => new Error('A record does not get to the tables.'),
      },
    );
  };
  const times: number[] = [];
  for (let i = 0; i < warmUps + records; i++) {
    if (i % 100 === 0) say(`record ${i} of ${warmUps + records}`);
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
    const wanted = latencyWanted[name];
    return {
      what: `record acknowledged → committed row, ${records} one at a time, ${name}`,
      result: `${ms.toFixed(1)} ms`,
      wanted: `< ${wanted} ms`,
      met: ms < wanted,
    };
  });
}
