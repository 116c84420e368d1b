import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '@callstream/domain';
import { callsOfEvents } from '@callstream/domain/testing';
import { until } from '@callstream/stack';
import type { CDPSession, Page } from 'playwright-core';
import { startBrowser } from '../src/clients/browser.ts';
import { openPage } from '../src/clients/dashboard-page.ts';
import { readLog } from '../src/log/read-log.ts';
import { createSender } from '../src/load/sender.ts';
import { quantile } from '../src/load/statistics.ts';
import type { Bench, BenchRow } from './bench.ts';
import { withSystem } from './with-system.ts';

const callsCount = 2_000;
const perSecond = 500;
const seconds = 60;
const frameMsMax = 33;
/** Largest heap growth from ten seconds after the start to the end. */
const growthBytesMax = 3_000_000;

/** One page with 2,000 calls, of which 500 change every second. */
export const dashboard: Bench = {
  about: `a page with ${callsCount} calls, ${perSecond} events/s for ${seconds} s: frame times, heap, and correctness`,
  minutes: 2,
  run: (servers, report) =>
    withSystem(servers, { services: ['ingest', 'projector', 'gateway'] }, async (system) => {
      await using cleanup = new AsyncDisposableStack();
      const browser = await startBrowser();
      cleanup.defer(() => browser.close());
      const url = new URL('/#/calls?sort=-timer', system.socketUrl.replace('ws:', 'http:')).href;
      const { page } = cleanup.use(await openPage(browser, { url, width: 1_440, height: 900 }));
      await using sender = createSender(system.webhookUrl, 64);
      report(`${callsCount} calls …`);
      const firstEvents = Array.from({ length: callsCount }, (_, i) => eventOf(i, 0));
      await sender.postAll(firstEvents);
      await until(async () => (await rowsOf(page)) === callsCount, {
        timeoutMs: 60_000,
        onTimeout: () => new Error('The page does not show all calls.'),
      });
      const session = await page.context().newCDPSession(page);
      await measureFrames(page);
      report(`${perSecond} events/s for ${seconds} s …`);
      const heaps: number[] = [];
      const began = performance.now();
      const sending: Promise<unknown>[] = [];
      for (let sent = 0; sent < perSecond * seconds; sent += perSecond / 10) {
        const due = began + (sent / perSecond) * 1_000 - performance.now();
        if (due > 0) await sleep(due);
        sending.push(
          sender.postAll(
            Array.from({ length: perSecond / 10 }, (_, i) => eventOf((sent + i) % callsCount, 1 + sent + i)),
          ),
        );
        // heapBytes forces a garbage collection.
        if (sent === perSecond * 10) heaps.push(await heapBytes(session));
      }
      await Promise.all(sending);
      const took = (performance.now() - began) / 1_000;
      const frames = await page.evaluate(() => (globalThis as unknown as { frames: number[] }).frames);
      heaps.push(await heapBytes(session));
      report('comparing with the log …');
      const calls = [...callsOfEvents(await readLog(system.kafka, system.topic)).values()];
      const isCorrect = await until(async () => sameStates(await shownStates(page), calls), {
        timeoutMs: 20_000,
        onTimeout: () => new Error('The page differs from the fold of the log.'),
      }).catch(() => false);
      return rowsFor({ frames, heaps, isCorrect, took, calls: calls.length });
    }),
};

interface PageMeasurement {
  readonly frames: readonly number[];
  readonly heaps: readonly number[];
  readonly isCorrect: boolean;
  readonly took: number;
  readonly calls: number;
}

function rowsFor({ frames, heaps: [first = 0, last = 0], isCorrect, took, calls }: PageMeasurement): BenchRow[] {
  const p95 = quantile(frames, 0.95);
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  return [
    {
      name: `frames of a page with ${calls} calls, ${Math.round((perSecond * seconds) / took)} events/s, ${took.toFixed(0)} s`,
      result: `p50 ${quantile(frames, 0.5).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, max ${Math.max(...frames).toFixed(0)} ms`,
      target: `p95 < ${frameMsMax} ms`,
      met: p95 < frameMsMax,
    },
    {
      name: '  heap after a garbage collection, at 10 s and at the end',
      result: `${mb(first)}, ${mb(last)}`,
      target: 'flat',
      met: last - first < growthBytesMax,
    },
    {
      name: '  every call in the state of the fold of the log',
      result: isCorrect ? 'yes' : 'no',
      target: 'yes',
      met: isCorrect,
    },
  ];
}

const types = ['call.waiting', 'call.ongoing', 'call.standby', 'call.overflow'] as const;

/** The `n`th event overall, of call `i`. No event ends a call. */
function eventOf(i: number, n: number): string {
  const queue = String(900 + (i % 8));
  return JSON.stringify({
    type: types[Math.floor(n / callsCount) % types.length],
    call_id: `bench.${i}`,
    queue,
    destination: queue,
    their_number: `5511${String(900_000_000 + i)}`,
    direction: 'inbound',
    timestamp: new Date().toISOString(),
  });
}

/** Makes the page record the duration of each frame, in ms. */
const measureFrames = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const frames: number[] = [];
    Object.assign(globalThis, { frames });
    let last = performance.now();
    const frame = (at: number): void => {
      frames.push(at - last);
      last = at;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });

async function heapBytes(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

const rowsOf = (page: Page): Promise<number> =>
  page.evaluate(() => Number(document.querySelector('[role=table]')?.getAttribute('aria-rowcount')) - 1);

/** call_id → state of every row, by scrolling through the virtualized table. */
const shownStates = (page: Page): Promise<Record<string, string>> =>
  page.evaluate(async () => {
    const shown: Record<string, string> = {};
    const scroller = document.querySelector('.call-rows');
    if (!scroller) return shown;
    for (let top = 0; top < scroller.scrollHeight; top += scroller.clientHeight) {
      scroller.scrollTop = top;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      for (const row of scroller.querySelectorAll<HTMLElement>('[data-call]'))
        shown[row.dataset['call'] ?? ''] = /state-([A-Z]+)/.exec(row.innerHTML)?.[1] ?? '';
    }
    return shown;
  });

const sameStates = (shown: Record<string, string>, calls: readonly Call[]): boolean =>
  Object.keys(shown).length === calls.length && calls.every((call) => shown[call.callId] === call.state);
