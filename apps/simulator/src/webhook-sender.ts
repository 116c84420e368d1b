import type { Random } from './random.ts';
import { createSchedule } from './schedule.ts';

/** A webhook of the simulated provider: its body, and when it is posted, in ms since 1970. */
export interface SimulatedWebhook {
  readonly at: number;
  readonly body: string;
}

export type EventFields = Readonly<Record<string, unknown>>;

const latencyMs = 150;
const duplicateShare = 0.03;
const lateShare = 0.03;

export interface WebhookSender {
  /** Sends the event of something that happens at `at` (ms since 1970). */
  readonly emit: (at: number, type: string, fields: EventFields) => void;
  /** The webhooks that are posted up to `until`, in order. */
  readonly take: (until: number) => Generator<SimulatedWebhook>;
}

/** Sends webhooks as providers do: nearly at once, a few late, and a few twice. */
export function createWebhookSender(random: Random): WebhookSender {
  const webhooks = createSchedule<string>();
  let takenUntil = -Infinity;
  return {
    emit: (at, type, fields) => {
      const timestamp = new Date(at).toISOString().replace(/\.\d+/, '');
      const body = JSON.stringify({ type, ...fields, timestamp });
      const lateMs = random.chance(lateShare) ? random.between(500, 3_000) : 0;
      // Never before what was already taken, so that webhooks come in order.
      const postedAt = Math.max(at + random.exponential(latencyMs / 3) + lateMs, takenUntil);
      webhooks.put(postedAt, body);
      if (random.chance(duplicateShare)) webhooks.put(postedAt + random.between(50, 5_000), body);
    },
    *take(until) {
      for (let next = webhooks.take(until); next; next = webhooks.take(until)) yield { at: next.at, body: next.item };
      takenUntil = until;
    },
  };
}
