import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@callstream/stack';
import { startTimeFor, simulatedBodies } from './simulated-webhooks.ts';
import { createSender } from './sender.ts';

/** Webhooks in flight. */
const connections = 16;
/** Length of the recorded load, in seconds; after it the same webhooks are sent again. */
const distinctSeconds = 300;
const timeoutMs = 60_000;
/** Events per second of the simulated time: about 300 calls at once. */
const centreRate = 40;

export interface SteadyLoadOptions {
  /** Webhooks per second. */
  readonly perSecond: number;
  readonly seed: number;
  readonly connect?: Parameters<typeof createSender>[2];
}

/** A provider that posts at a steady rate, and retries webhooks without a response. */
export interface SteadyLoad extends AsyncDisposable {
  /** Stops sending; resolves when every webhook has its response. @throws {Error} if one was refused */
  readonly stop: () => Promise<void>;
  /** Resolves once `count` more webhooks are accepted. */
  readonly untilAccepted: (count: number) => Promise<void>;
  /** Attempts without a response; each was retried. */
  readonly retries: () => number;
  /** Event uuids of the responses with 200. */
  readonly accepted: ReadonlySet<string>;
}

/** Posts the webhooks of a simulated call centre. */
export async function startSteadyLoad(
  webhookUrl: string,
  { perSecond, seed, connect }: SteadyLoadOptions,
): Promise<SteadyLoad> {
  const bodies: string[] = [];
  const count = perSecond * distinctSeconds;
  const start = startTimeFor(count, centreRate);
  for await (const body of simulatedBodies(count, centreRate, { seed, start })) bodies.push(body);
  const sender = createSender(webhookUrl, connections, connect);
  const accepted = new Set<string>();
  const posts: Promise<void>[] = [];
  const stopping = new AbortController();
  let acceptedCount = 0;
  const post = async (body: string): Promise<void> => {
    const { status, text } = await sender.postUntilAnswered(body);
    if (status !== 200) throw new Error(`${body} was answered with ${status}: ${text}`);
    accepted.add((JSON.parse(text) as { data: { uuid: string } }).data.uuid);
    acceptedCount++;
  };
  const run = async (): Promise<void> => {
    const began = performance.now();
    while (!stopping.signal.aborted) {
      const posting = post(bodies[posts.length % bodies.length] ?? '');
      posting.catch(() => undefined); // rethrown by `stop`
      posts.push(posting);
      const aheadMs = (posts.length / perSecond) * 1_000 - (performance.now() - began);
      // At least 1 ms, so that responses are read while it catches up.
      await sleep(Math.max(1, aheadMs));
    }
  };
  const running = run();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running;
    await Promise.all(posts);
  };
  return {
    stop,
    untilAccepted: async (more) => {
      const target = acceptedCount + more;
      const onTimeout = (): Error => new Error(`Only ${acceptedCount} of ${target} webhooks were accepted.`);
      await until(() => acceptedCount >= target, { timeoutMs, onTimeout });
    },
    retries: sender.retries,
    accepted,
    [Symbol.asyncDispose]: async () => {
      await stop().catch(() => undefined);
      await sender[Symbol.asyncDispose]();
    },
  };
}
