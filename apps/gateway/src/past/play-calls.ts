import { callAsOf, isLateAt } from '@callstream/domain';
import type { Call, PastMoment } from '@callstream/domain';
import type { PastStoredCall } from '@callstream/tables';
import { createTurns } from '../scheduling/turns.ts';

/** A call as of a past moment. */
export interface PlayedPastCall {
  readonly call: Call;
  /** Its events that had happened by the moment, and were received later. */
  readonly lateEvents: number;
}

/** Plays the facts of calls up to a past moment. Calls that had no fact by then are left out. */
export async function playCalls(stored: readonly PastStoredCall[], moment: PastMoment): Promise<PlayedPastCall[]> {
  const played: PlayedPastCall[] = [];
  const giveWay = createTurns();
  for (const { callId, unpack } of stored) {
    await giveWay();
    const facts = unpack();
    const call = callAsOf(callId, facts, moment);
    if (!call) continue;
    const late = facts.filter((fact) => isLateAt(fact, moment.at));
    played.push({ call, lateEvents: new Set(late.map(({ uuid }) => uuid)).size });
  }
  return played;
}
