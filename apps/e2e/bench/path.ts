import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDashboard } from '../src/clients/dashboard.ts';
import { createSender } from '../src/load/sender.ts';
import type { System } from '../src/system/system.ts';
import { projectBacklog } from './projector/backlog.ts';
import type { Bench, BenchRow, ReportProgress } from './bench.ts';
import { withSystem } from './with-system.ts';
import { simulatedBodies } from '../src/load/simulated-webhooks.ts';
import { median, quantile } from '../src/load/statistics.ts';

const warmUps = 20;
const webhooks = 200;
/** Pause between two webhooks: longer than the gateway throttles DataChanged. */
const pauseMs = { min: 150, max: 250 };
const medianMsTarget = 50;

const backlogEvents = 100_000;
/** Events per second of the simulated time: about 300 calls at once. */
const backlogRate = 40;
const eventsPerSecondTarget = 10_000;
const runs = 3;

export const path: Bench = {
  about: 'webhook to DataChanged on a socket, unloaded; events/s of the projector from a backlog',
  minutes: 2,
  run: async (servers, report) => {
    const latency = await withSystem(servers, { services: ['ingest', 'projector', 'gateway'] }, (system) =>
      measureLatency(system, report),
    );
    const rates: number[] = [];
    for (let run = 1; run <= runs; run++) {
      report(`projector, run ${run} of ${runs}`);
      const { eventsPerSecond } = await projectBacklog(servers, simulatedBodies(backlogEvents, backlogRate));
      rates.push(eventsPerSecond);
    }
    const middle = median(rates);
    const rate: BenchRow = {
      name: `projector, backlog of ${backlogEvents} simulated events, median of ${runs}`,
      result: `${Math.round(middle)} events/s (${rates.map(Math.round).join(', ')})`,
      target: `≥ ${eventsPerSecondTarget} events/s`,
      met: middle >= eventsPerSecondTarget,
    };
    return [...latency, rate];
  },
};

/** One webhook at a time: from the post until the first DataChanged after which ListCalls has the call. */
async function measureLatency(system: System, report: ReportProgress): Promise<BenchRow[]> {
  await using sender = createSender(system.webhookUrl, 1);
  await using dashboard = await openDashboard(system.socketUrl);
  const once = async (i: number): Promise<number> => {
    const aggregate_id = `bench.${i}`;
    let seen = dashboard.changes();
    const began = performance.now();
    const body = JSON.stringify({ type: 'call.new', call_id: aggregate_id, timestamp: new Date().toISOString() });
    const { status } = await sender.post(body);
    if (status !== 200) throw new Error(`A webhook got status ${status}.`);
    for (;;) {
      const changedAt = await dashboard.changedAfter(seen++);
      if ((await dashboard.listCalls({ aggregate_id })).length > 0) return changedAt - began;
    }
  };
  const times: number[] = [];
  for (let i = 0; i < warmUps + webhooks; i++) {
    if (i % 50 === 0) report(`webhook ${i} of ${warmUps + webhooks}`);
    const ms = await once(i);
    if (i >= warmUps) times.push(ms);
    await sleep(randomInt(pauseMs.min, pauseMs.max));
  }
  const label = `webhook to DataChanged, ${webhooks} one at a time`;
  const middle = median(times);
  return [
    {
      name: `${label}, median`,
      result: `${middle.toFixed(1)} ms`,
      target: `< ${medianMsTarget} ms`,
      met: middle < medianMsTarget,
    },
    { name: `${label}, p99`, result: `${quantile(times, 0.99).toFixed(1)} ms` },
  ];
}
