import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@callstream/stack';
import { startTimeFor, simulatedBodies } from './simulated-webhooks.ts';
import { createSender } from './sender.ts';

/** Webhooks that may be under way at the same time. */
const connections = 16;
/** Worth of different webhooks, in seconds; after them the provider repeats itself. */
const differentSeconds = 300;
const patienceMs = 60_000;
/** Simulated events per second of the centre's own time: about 300 calls at once. */
const centreRate = 40;

export interface SteadyLoadOptions {
  /** Webhooks. */
  readonly perSecond: number;
  readonly seed: number;
  readonly connect?: Parameters<typeof createSender>[2];
}

/** A provider that sends again what was not answered. */
export interface SteadyLoad extends AsyncDisposable {
  /** Sends no more; resolves when everything is answered. @throws {Error} if a webhook was refused */
  readonly end: () => Promise<void>;
  /** Resolves once another `count` webhooks have been accepted. */
  readonly goOn: (count: number) => Promise<void>;
  /** Attempts without an answer, each of which was made again. */
  readonly retries: () => number;
  /** uuids in the answers with 200. */
  readonly accepted: ReadonlySet<string>;
}

/** Posts the webhooks of a simulated centre, `perSecond` of them, whatever happens. */
export async function startSteadyLoad(
  webhookUrl: string,
  { perSecond, seed, connect }: SteadyLoadOptions,
): Promise<SteadyLoad> {
  const bodies: string[] = [];
  const count = perSecond * differentSeconds;
  const start = startTimeFor(count, centreRate);
  for await (const body of simulatedBodies(count, centreRate, { seed, start })) bodies.push(body);
  const sender = createSender(webhookUrl, connections, connect);
  const accepted = new Set<string>();
  const posts: Promise<void>[] = [];
  const ending = new AbortController();
  let answered = 0;
  const post = async (body: string): Promise<void> => {
    const { status, text } = await sender.postUntilAnswered(body);
    if (status !== 200) throw new Error(`${body} was answered with ${status}: ${text}`);
    accepted.add((JSON.parse(text) as { data: { uuid: string } }).data.uuid);
    answered++;
  };
  const run = async (): Promise<void> => {
    const began = performance.now();
    while (!ending.signal.aborted) {
      const posting = post(bodies[posts.length % bodies.length] ?? '');
      posting.catch(() => undefined); // seen by `end`
      posts.push(posting);
      const aheadMs = (posts.length / perSecond) * 1_000 - (performance.now() - began);
      // At least for a turn of the loop: behind, it catches up, and answers are to be read meanwhile.
      await sleep(Math.max(1, aheadMs));
    }
  };
  const running = run();
  const end = async (): Promise<void> => {
    ending.abort();
    await running;
    await Promise.all(posts);
  };
  return {
    end,
    goOn: async (count) => {
      const wanted = answered + count;
      const onTimeout = (): Error => new Error(`Only ${answered} of ${wanted} webhooks were accepted.`);
      await until(() => answered >= wanted, { timeoutMs: patienceMs, onTimeout });
    },
    retries: sender.retries,
    accepted,
    [Symbol.asyncDispose]: async () => {
      await end().catch(() => undefined);
      await sender[Symbol.asyncDispose]();
    },
  };
}
