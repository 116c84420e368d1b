import { connectPublisher } from '@callstream/runtime';
import type { ProducerRecord } from '@callstream/runtime';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createRecordOf } from '../log/produce-webhooks.ts';
import type { System } from '../system/system.ts';

const simulate = join(import.meta.dirname, '../../../simulator/src/simulate.ts');
/** Records of one request: below Kafka's size limit even if all go to one partition. */
const batchRecords = 2_000;

/** Start time at which a call centre with `rate` events per second reaches `count` events now. */
export const startTimeFor = (count: number, rate: number): string =>
  new Date(Date.now() - (count / rate) * 1_000).toISOString();

/**
 * The first `count` events of the simulator, the same for the same seed. `rate`: events per second of the simulated time;
 * `more`: other options of the simulator.
 */
export async function* simulatedBodies(
  count: number,
  rate: number,
  more: Readonly<Record<string, string | number>> = {},
): AsyncGenerator<string, void> {
  const options = { print: null, seed: 1, start: '2026-03-02T13:00:00Z', count, rate, ...more };
  const args = Object.entries(options).flatMap(([name, value]) =>
    value === null ? [`--${name}`] : [`--${name}`, String(value)],
  );
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', simulate, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let received = 0;
  let isComplete = false;
  try {
    for await (const body of createInterface(child.stdout)) {
      received++;
      yield body;
    }
    isComplete = true;
  } finally {
    // A caller that stops early would leave the simulator blocked on a full pipe.
    if (!isComplete) child.kill();
  }
  const [code] = (await ended) as [number | null];
  if (code !== 0 || received !== count)
    throw new Error(`The simulator ended with ${String(code)} after ${received} of ${count} events.`);
}

/** Webhook bodies. */
export type WebhookBodies = AsyncIterable<string> | Iterable<string>;

/** Produces the events to the topic as ingest does: same key, partition, value and headers. @returns their number */
export async function fillTopic(system: System, bodies: WebhookBodies): Promise<number> {
  const recordOf = await createRecordOf(system);
  await using publisher = await connectPublisher(system.kafka);
  let batch: ProducerRecord[] = [];
  let count = 0;
  const flush = async (): Promise<void> => {
    await publisher.publishBatch(batch);
    count += batch.length;
    batch = [];
  };
  for await (const body of bodies) {
    batch.push(recordOf(body, Date.now()));
    if (batch.length >= batchRecords) await flush();
  }
  if (batch.length > 0) await flush();
  return count;
}
