import type { CallEvent } from './event.ts';
import { greatest, least } from './order.ts';

/** What is known of a call in one queue. Times are ms since 1970, null if not known. */
export interface CallQueue {
  /** '' if the event named none. */
  readonly queue: string;
  readonly waitingAt: number | null;
  readonly waitingSince: number | null;
  readonly answeredAt: number | null;
  readonly abandonedAt: number | null;
}

/** What this event says of its call in a queue; null if nothing. */
export function queueOnCall({ kind, at, queue }: CallEvent): CallQueue | null {
  const nothing: CallQueue = {
    queue: queue ?? '',
    waitingAt: null,
    waitingSince: null,
    answeredAt: null,
    abandonedAt: null,
  };
  switch (kind) {
    case 'call.waiting':
      return { ...nothing, waitingAt: at, waitingSince: at };
    case 'actor.entered':
      return queue === null ? null : { ...nothing, answeredAt: at };
    case 'call.queue-abandon':
      return { ...nothing, abandonedAt: at };
    default:
      return null;
  }
}

export const joinQueue = (a: CallQueue, b: CallQueue): CallQueue => ({
  queue: a.queue,
  waitingAt: least(a.waitingAt, b.waitingAt),
  waitingSince: greatest(a.waitingSince, b.waitingSince),
  answeredAt: least(a.answeredAt, b.answeredAt),
  abandonedAt: least(a.abandonedAt, b.abandonedAt),
});
