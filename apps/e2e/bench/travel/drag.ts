import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../../src/load/statistics.ts';
import type { System } from '../../src/system/system.ts';
import { measureMs } from '../bench.ts';
import type { BenchRow } from '../bench.ts';

const people = 1_000;
const dragMs = 15_000;
/** Time between two answers of the page, in ms: it asks again as soon as it has one. */
const pauseMs = 100;
const liveEveryMs = 50;
/** Goal for a live answer meanwhile, in ms. */
const liveMsMax = 250;

/** Live answers while a thousand people drag sliders, from one address, over moments in these ms since 1970. */
export async function measureDragging(system: System, from: number, to: number): Promise<BenchRow[]> {
  const base = `${system.socketUrl.replace('ws:', 'http:')}api`;
  const until = performance.now() + dragMs;
  const statuses = new Map<number, number>();
  const drag = async (): Promise<void> => {
    while (performance.now() < until) {
      const at = new Date(Math.floor(from + Math.random() * (to - from))).toISOString();
      const response = await fetch(`${base}/board?at=${at}`);
      await response.arrayBuffer();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      await sleep(pauseMs);
    }
  };
  const alone = await measureLive(base, performance.now() + 3_000);
  const dragging = Promise.all(Array.from({ length: people }, drag));
  const meanwhile = await measureLive(base, until);
  await dragging;
  const answers = [...statuses].map(([status, count]) => `${count} × ${status}`).join(', ');
  const p95 = quantile(meanwhile, 0.95);
  return [
    { name: `${people} people drag for ${dragMs / 1_000} s`, result: answers },
    {
      name: '  GET /api/queues meanwhile',
      result: `p50 ${quantile(meanwhile, 0.5).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms; before p95 ${quantile(alone, 0.95).toFixed(0)} ms`,
      target: `p95 < ${liveMsMax} ms`,
      met: p95 < liveMsMax,
    },
  ];
}

async function measureLive(base: string, until: number): Promise<number[]> {
  const ms: number[] = [];
  while (performance.now() < until) {
    ms.push(
      await measureMs(async () => {
        const response = await fetch(`${base}/queues`);
        await response.arrayBuffer();
        if (!response.ok && response.status !== 429) throw new Error(`/api/queues: ${response.status}`);
      }),
    );
    await sleep(liveEveryMs);
  }
  return ms;
}
