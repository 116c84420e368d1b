import { setTimeout as sleep } from 'node:timers/promises';
import { connectPublisher } from '@callstream/runtime';
import type { ProducerRecord } from '@callstream/runtime';
import { simulatedBodies } from '../src/load/simulated-webhooks.ts';
import { createRecordOf } from '../src/log/produce-webhooks.ts';
import { createSender } from '../src/load/sender.ts';
import type { System } from '../src/system/system.ts';

const pastMs = 2 * 3_600_000;
const eventsPerSecond = 7;
/** Enough agents that few calls are abandoned, and few enough that some wait. */
const agents = 72;
const batchRecords = 2_000;

export interface LiveCentre extends AsyncDisposable {
  /** Whether the past two hours are produced, and events are now posted in real time. */
  readonly isLive: () => boolean;
}

/** A simulated call centre with two hours of history, which continues in real time until disposed. */
export async function startLiveCentre(system: System): Promise<LiveCentre> {
  const stopping = new AbortController();
  const recordOf = await createRecordOf(system);
  const publisher = await connectPublisher(system.kafka);
  const sender = createSender(system.webhookUrl, 8);
  const start = new Date(Date.now() - pastMs).toISOString();
  let isLive = false;
  let batch: ProducerRecord[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await publisher.publishBatch(batch);
    batch = [];
  };
  const run = async (): Promise<void> => {
    for await (const body of simulatedBodies(200_000, eventsPerSecond, { seed: 5, agents, start })) {
      if (stopping.signal.aborted) return;
      const at = Date.parse((JSON.parse(body) as { timestamp: string }).timestamp);
      if (at < Date.now()) batch.push(recordOf(body, at));
      if (at < Date.now() && batch.length < batchRecords) continue;
      await flush();
      if (at < Date.now()) continue;
      isLive = true;
      await sleep(at - Date.now(), undefined, { signal: stopping.signal }).catch(() => undefined);
      await sender.post(body);
    }
  };
  const running = run();
  running.catch(() => undefined); // rethrown when disposed
  return {
    isLive: () => isLive,
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await running;
      await sender[Symbol.asyncDispose]();
      await publisher[Symbol.asyncDispose]();
    },
  };
}
