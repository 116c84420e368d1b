import type { Call } from '@callstream/domain';
import { partitionsMax } from '@callstream/domain';
import type { BoardTimes } from '@callstream/tables';
import type { CallBoard, BoardEntry } from './board.ts';

/** How long calls stay. */
export interface Retention {
  /** A finished call of which nothing was heard for so long leaves, in ms. */
  readonly keepMs: number;
  /** So does an unfinished one, in ms. */
  readonly staleMs: number;
}

/** Clocks of gateways may differ by this, and a sweep may be late, in ms. */
const marginMs = 60_000;

/** Oldest cursor that is resumed from, in ms. */
export const cursorMsMax = ({ keepMs }: Retention): number => Math.max(keepMs - marginMs, keepMs / 2);

/** How long we must be able to tell of a call that it has left, in ms. */
export const tombstoneMs = (keeping: Retention): number => cursorMsMax(keeping) + marginMs;

/** When a call is to leave if nothing more is heard of it: a function of the call, the same on every gateway. */
export const expiresAt = (call: Pick<Call, 'finishedAt' | 'heardAt'>, { keepMs, staleMs }: Retention): number =>
  call.heardAt + (call.finishedAt === null ? staleMs : keepMs);

/** What a board that was kept all the while would hold now. */
export const boardTimes = (now: number, keeping: Retention): BoardTimes => ({
  unfinishedSince: now - keeping.staleMs,
  heardSince: now - keeping.keepMs,
  leftWithinMs: tombstoneMs(keeping),
});

export interface Expiry {
  /** To be told of every call that was put on the board: it may be one whose time was over before it came. */
  readonly came: (call: Call) => void;
  /** Until when every call that had to leave has left; ms since 1970. */
  readonly leftUntil: () => number;
  /**
   * Lets go of the calls whose time has come, if Postgres has all of them, and forgets those that left so long ago that no
   * cursor asks for them. `projected`: positions of the projection; null if it cannot be asked.
   */
  readonly sweep: (now: number, projected: ReadonlyMap<number, number> | null) => void;
}

export function createExpiry(board: CallBoard, keeping: Retention, now: number): Expiry {
  let leftUntil = now;
  const isProjected = ({ lastId }: BoardEntry, projected: ReadonlyMap<number, number>): boolean =>
    (projected.get(lastId % partitionsMax) ?? 0) > Math.floor(lastId / partitionsMax);
  return {
    leftUntil: () => leftUntil,
    came: (call) => (leftUntil = Math.min(leftUntil, expiresAt(call, keeping) - 1)),
    sweep: (at, projected) => {
      let until = at;
      for (const entry of board.entries()) {
        if (entry.call === null) {
          if (entry.leftAt < at - tombstoneMs(keeping)) board.forget(entry);
          continue;
        }
        const due = expiresAt(entry.call, keeping);
        if (due > at) continue;
        if (projected && isProjected(entry, projected))
          board.leave({ callId: entry.callId, lastId: entry.lastId, leavesAt: due, leftAt: at });
        else until = Math.min(until, due - 1);
      }
      leftUntil = until;
    },
  };
}
