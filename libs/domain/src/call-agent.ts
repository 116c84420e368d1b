import type { CallEvent } from './event.ts';
import { greatest, greatestChoice, least, nilUuid } from './order.ts';
import type { Choice } from './order.ts';

/** Extension and queue, taken whole from the latest event that names one of them. Tier −1: none yet. */
export interface Seat extends Choice {
  readonly number: string | null;
  readonly queue: string | null;
}

/** What is known of one agent on one call. Times are ms since 1970, null if not known. */
export interface CallAgent {
  readonly actor: string;
  readonly enteredAt: number | null;
  readonly enteredLastAt: number | null;
  readonly leftLastAt: number | null;
  readonly ringingLastAt: number | null;
  readonly noanswerLastAt: number | null;
  readonly seat: Seat;
}

export const noSeat: Seat = { tier: -1, at: -Infinity, rank: -1, uuid: nilUuid, number: null, queue: null };

/** What this event says of an agent on its call; null if it is no agent's. */
export function agentOnCall(event: CallEvent): CallAgent | null {
  const { kind, at, rank, uuid, actor, number, queue } = event;
  if (actor === null || !kind.startsWith('actor.')) return null;
  return {
    actor,
    enteredAt: kind === 'actor.entered' ? at : null,
    enteredLastAt: kind === 'actor.entered' ? at : null,
    leftLastAt: kind === 'actor.left' ? at : null,
    ringingLastAt: kind === 'actor.ringing' ? at : null,
    noanswerLastAt: kind === 'actor.noanswer' ? at : null,
    seat: number === null && queue === null ? noSeat : { tier: 0, at, rank, uuid, number, queue },
  };
}

export const joinAgent = (a: CallAgent, b: CallAgent): CallAgent => ({
  actor: a.actor,
  enteredAt: least(a.enteredAt, b.enteredAt),
  enteredLastAt: greatest(a.enteredLastAt, b.enteredLastAt),
  leftLastAt: greatest(a.leftLastAt, b.leftLastAt),
  ringingLastAt: greatest(a.ringingLastAt, b.ringingLastAt),
  noanswerLastAt: greatest(a.noanswerLastAt, b.noanswerLastAt),
  seat: greatestChoice(a.seat, b.seat),
});
