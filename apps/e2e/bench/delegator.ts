import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, until } from '@callstream/stack';
import { addEvents } from '@callstream/tables/testing';
import { startProvider } from '../src/delegator/provider-process.ts';
import { createSender } from '../src/load/sender.ts';
import { formatLatency, quantile } from '../src/load/statistics.ts';
import { startService } from '../src/system/service-process.ts';
import type { System } from '../src/system/system.ts';
import type { Bench, BenchRow, ReportProgress } from './bench.ts';
import { withSystem } from './with-system.ts';

const perSecond = 200;
const warmUpSeconds = 5;
const seconds = 30;
/** Earlier calls in the tables, of half as many callers. */
const earlierCalls = 50_000;
const targets = { p50: 50, p99: 200 };
const connections = 32;

export const delegator: Bench = {
  about: `webhook with a call.standby to the action at the provider, at ${perSecond} standbys/s`,
  minutes: 2,
  run: (servers, report) =>
    withSystem(servers, { services: ['ingest', 'projector'] }, (system) => measureAnswers(system, report)),
};

const callerOf = (i: number): string => `119${String(80_000_000 + (i % (earlierCalls / 2)))}`;

async function measureAnswers(system: System, report: ReportProgress): Promise<BenchRow[]> {
  report(`${earlierCalls} earlier calls`);
  const earlier = Array.from({ length: earlierCalls }, (_, i) => {
    const parties = { direction: 'inbound', our_number: '1130300000', their_number: callerOf(i) };
    return { type: 'call.new', call_id: `earlier.${i}`, ...parties, timestamp: '2026-03-02T13:00:00Z' };
  });
  await addEvents(system.db, earlier);
  await using provider = await startProvider();
  await using _delegator = await startDelegator(system, provider.url);
  const postedAt = await postStandbys(system.webhookUrl, report);
  const onTimeout = (): Error => new Error(`${provider.actions.length} of ${postedAt.size} calls were answered.`);
  await until(() => provider.actions.length >= postedAt.size, { timeoutMs: 15_000, onTimeout });
  const times = provider.actions.flatMap(({ call_id, at }) => {
    const posted = postedAt.get(call_id);
    return posted === undefined || call_id.startsWith('warm-up') ? [] : [Date.parse(at) - posted];
  });
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
  return [
    {
      name: `webhook to action, ${times.length} standbys at ${perSecond}/s`,
      result: formatLatency(times),
      target: `p50 < ${targets.p50} ms, p99 < ${targets.p99} ms`,
      met: p50 < targets.p50 && p99 < targets.p99,
    },
  ];
}

async function startDelegator({ env }: System, url: string): Promise<AsyncDisposable> {
  const adminPort = await freePort();
  const settings = {
    DELEGATOR_URL: url,
    DELEGATOR_USER: 'callstream',
    DELEGATOR_PASSWORD: 'simulated',
    DELEGATOR_GROUP: `delegator-${env['KAFKA_TOPIC'] ?? ''}`,
    DELEGATOR_ADMIN_PORT: String(adminPort),
  };
  const args = ['apps/delegator/src/main.ts', 'run'];
  return startService({ name: 'delegator', args, env: { ...env, ...settings } }, adminPort);
}

/** @returns when each webhook was sent, by call id; ms since 1970 */
async function postStandbys(webhookUrl: string, report: ReportProgress): Promise<ReadonlyMap<string, number>> {
  await using sender = createSender(webhookUrl, connections);
  const postedAt = new Map<string, number>();
  const posts: Promise<unknown>[] = [];
  const began = performance.now();
  for (let i = 0; i < perSecond * (warmUpSeconds + seconds); i++) {
    if (i % (perSecond * 5) === 0) report(`${i / perSecond} of ${warmUpSeconds + seconds} s`);
    const callId = `${i < perSecond * warmUpSeconds ? 'warm-up' : 'bench'}.${i}`;
    const parties = { direction: 'inbound', our_number: '1130300000', their_number: callerOf(i * 7) };
    const timestamp = new Date().toISOString();
    postedAt.set(callId, Date.now());
    posts.push(sender.post(JSON.stringify({ type: 'call.standby', call_id: callId, ...parties, timestamp })));
    const aheadMs = ((i + 1) / perSecond) * 1_000 - (performance.now() - began);
    if (aheadMs > 0) await sleep(aheadMs);
  }
  await Promise.all(posts);
  return postedAt;
}
