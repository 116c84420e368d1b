import { setTimeout as sleep } from 'node:timers/promises';
import { callIdOf } from './frame-parser.ts';
import { monotonicMs } from './reader-commands.ts';
import type { Sender } from '../../src/load/sender.ts';

/** After `call.new`, whose latency is measured. */
const restOfLife = ['call.waiting', 'actor.ringing', 'actor.entered', 'call.ongoing', 'actor.left', 'call.finished'];
const lifeEvents = 1 + restOfLife.length;
/** Calls in progress at the same time. */
const concurrentCalls = 300;

export interface PostedWebhooks {
  /** By number of the call: the time of posting `call.new`, by `monotonicMs`. */
  readonly sentAt: readonly number[];
  /** Webhooks with another response than 200. */
  readonly refused: number;
}

/** Number of calls for a number of webhooks. */
export const callsOf = (webhooks: number): number => Math.floor(webhooks / lifeEvents);

/** Posts the lives of calls at an even pace. It does not wait for responses, so that a slow one does not delay the next webhook. */
export async function postWebhooks(
  sender: Sender,
  { round, calls, perSecond }: { round: number; calls: number; perSecond: number },
): Promise<PostedWebhooks> {
  const sentAt: number[] = [];
  const posting: Promise<void>[] = [];
  let refused = 0;
  const post = async (type: string, call: number): Promise<void> => {
    const timestamp = new Date().toISOString();
    const parties = { direction: 'inbound', our_number: '551130300000', their_number: '5511987650000' };
    const body = { type, call_id: callIdOf(round, call), queue: `90${call % 10}`, actor: `a${call % 100}`, ...parties };
    const { status } = await sender.post(JSON.stringify({ ...body, timestamp }));
    if (status !== 200) refused++;
  };
  const began = monotonicMs();
  let posted = 0;
  const pace = async (): Promise<void> => {
    const dueMs = began + (posted++ * 1_000) / perSecond - monotonicMs();
    if (dueMs > 1) await sleep(dueMs);
  };
  // Starts one call, and advances each of the earlier calls by one step.
  const stepEvery = Math.ceil(concurrentCalls / lifeEvents);
  for (let i = 0; i < calls + lifeEvents * stepEvery; i++) {
    if (i < calls) {
      await pace();
      sentAt.push(monotonicMs());
      posting.push(post('call.new', i));
    }
    for (const [step, type] of restOfLife.entries()) {
      const call = i - (step + 1) * stepEvery;
      if (call < 0 || call >= calls) continue;
      await pace();
      posting.push(post(type, call));
    }
  }
  await Promise.all(posting);
  return { sentAt, refused };
}
