import { offsetOf, partitionOf } from '@callstream/domain';
import type { Call } from '@callstream/domain';
import type { BoardTimes } from '@callstream/tables';
import type { BoardCall, BoardEntry, CallBoard } from './board.ts';

/** How long calls stay on the board after their last event. */
export interface Retention {
  /** Of a finished call, in ms. */
  readonly keepMs: number;
  /** Of an unfinished call, in ms; after that it is stale. */
  readonly staleAfterMs: number;
}

/** Margin for clock differences between gateways, and for a late sweep, in ms. */
const marginMs = 60_000;

/** Age of the oldest cursor that a client can resume from, in ms. */
export const cursorMsMax = ({ keepMs }: Retention): number => Math.max(keepMs - marginMs, keepMs / 2);

/** How long a tombstone is kept, in ms: longer than any cursor that asks for it. */
export const tombstoneMs = (retention: Retention): number => cursorMsMax(retention) + marginMs;

/** When a call leaves the board unless another event comes, ms since 1970. Depends only on the call, so all gateways agree. */
export const expiresAt = (call: Pick<Call, 'finishedAt' | 'heardAt'>, { keepMs, staleAfterMs }: Retention): number =>
  call.heardAt + (call.finishedAt === null ? staleAfterMs : keepMs);

/** Selects the calls that a board would hold now if it had been maintained without interruption. */
export const boardTimes = (now: number, retention: Retention): BoardTimes => ({
  unfinishedSince: now - retention.staleAfterMs,
  heardSince: now - retention.keepMs,
  leftWithinMs: tombstoneMs(retention),
});

export interface Expiry {
  /** Call for every call that is put on the board: one that comes late may be due already. */
  readonly added: (call: BoardCall) => void;
  /** Every call that was due before this time has left the board; ms since 1970. */
  readonly expiredUntil: () => number;
  /**
   * Removes the calls that are due and that Postgres has completely, and drops tombstones that no cursor can ask for.
   * @param projected positions of the projection; null while Postgres is not available: then nothing is removed
   */
  readonly sweep: (now: number, projected: ReadonlyMap<number, number> | null) => void;
}

export function createExpiry(board: CallBoard, retention: Retention, now: number): Expiry {
  let expiredUntil = now;
  return {
    expiredUntil: () => expiredUntil,
    added: (call) => (expiredUntil = Math.min(expiredUntil, expiresAt(call, retention) - 1)),
    sweep: (at, projected) => {
      let until = at;
      for (const entry of board.entries()) {
        if (entry.call === null) {
          if (entry.expiredAt < at - tombstoneMs(retention)) board.dropTombstone(entry);
          continue;
        }
        const dueAt = expiresAt(entry.call, retention);
        if (dueAt > at) continue;
        if (projected && isProjected(entry, projected))
          board.expire({ callId: entry.callId, lastId: entry.lastId, expiresAt: dueAt, expiredAt: at });
        else until = Math.min(until, dueAt - 1);
      }
      expiredUntil = until;
    },
  };
}

const isProjected = ({ lastId }: BoardEntry, projected: ReadonlyMap<number, number>): boolean =>
  (projected.get(partitionOf(lastId)) ?? 0) > offsetOf(lastId);
