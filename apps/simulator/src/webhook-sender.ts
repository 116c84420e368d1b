import { createSchedule } from './schedule.ts';
import type { Random } from './random.ts';

/** A webhook of the simulated provider: its body, and when it is posted, in ms since 1970. */
export interface SimulatedWebhook {
  readonly at: number;
  readonly body: string;
}

export type EventFields = Readonly<Record<string, unknown>>;

const latencyMs = 150;
const duplicated = 0.03;
const reordered = 0.03;

/** The provider's way of telling: nearly at once, seldom late, sometimes twice. */
export function createWebhookSender(random: Random) {
  const postings = createSchedule<string>();
  let takenUntil = -Infinity;
  return {
    /** Something happened at `at` (ms since 1970): it will be posted soon. */
    emit: (at: number, type: string, fields: EventFields): void => {
      const timestamp = new Date(at).toISOString().replace(/\.\d+/, '');
      const body = JSON.stringify({ type, ...fields, timestamp });
      const late = random.chance(reordered) ? random.between(500, 3_000) : 0;
      // What the provider notices only afterwards is posted afterwards.
      const posted = Math.max(at + random.exponential(latencyMs / 3) + late, takenUntil);
      postings.put(posted, body);
      if (random.chance(duplicated)) postings.put(posted + random.between(50, 5_000), body);
    },
    /** What is posted up to `until`, in order. */
    *take(until: number): Generator<SimulatedWebhook> {
      for (let next = postings.take(until); next; next = postings.take(until)) yield { at: next.at, body: next.item };
      takenUntil = until;
    },
  };
}

export type WebhookSender = ReturnType<typeof createWebhookSender>;
