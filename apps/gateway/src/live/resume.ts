import { projectionVersion } from '@callstream/domain';
import { cursorText, readCursor } from '../board/cursor.ts';
import type { Cursor } from '../board/cursor.ts';
import type { MaintainedBoard } from '../board/maintain-board.ts';
import { cursorMsMax } from '../board/expiry.ts';
import { versionOf } from '../board/progress.ts';
import type { Retention } from '../board/expiry.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import { NotServed } from '../scheduling/not-served.ts';
import type { Schedule } from '../scheduling/single-flight.ts';
import { SharedTask } from '../scheduling/shared-task.ts';
import { RequestFailure } from '../access/request-failure.ts';
import type { CallFilter } from './call-filter.ts';
import { Backlog } from './backlog.ts';
import type { PartCache } from './part-cache.ts';
import { snapshotTails } from './parts.ts';
import { deltaSinceCursor, allMatching } from './delta.ts';
import type { BoardCondition } from './board-condition.ts';

/** Longest that a client waits for a board that is being loaded, in ms. */
const loadMsMax = 5_000;
/** Longest that a client waits whose cursor is ahead of this gateway, in ms. */
const aheadMsMax = 2_000;
/** Snapshots that are remembered, in bytes: clients that come back at once have mostly the same cursor. */
const rememberedBytesMax = 8 * 1024 * 1024;
/** How long, in ms: a cursor in it must not become old. */
const snapshotsMs = 1_000;

/** The cursor that was given, and where it says that the client is; null: everything is to be told. */
interface ResumeRequest {
  readonly given: string | undefined;
  readonly from: Cursor | null;
}

export interface Resume {
  /** Where a client is who knows all of the board that it may see, as it is now. */
  readonly cursor: (filter: CallFilter) => string;
  /**
   * What a client is to be told first; null if it was closed or has asked for something else meanwhile.
   * @throws {Failure} if the cursor is none
   */
  readonly snapshot: (client: SocketClient, filter: CallFilter, cursor: string | undefined) => Promise<Backlog | null>;
  /** The same without waiting: everything, in place of what the client holds. */
  readonly anew: (filter: CallFilter) => Backlog;
  /** Calls `begin` when it is the client's turn, unless it wants something else by then. */
  readonly again: (client: SocketClient, begin: () => void) => Promise<void>;
  /** The client does not wait for its snapshot any more. */
  readonly forget: (client: SocketClient) => void;
}

export interface ResumeOptions {
  readonly keeping: Retention;
  /** Is looked at whenever the board has changed. */
  readonly waiting: BoardCondition;
  readonly cache: PartCache;
  /** Gives turns to those for whom a snapshot is to be made. */
  readonly enter: Schedule;
}

export function createResume(kept: MaintainedBoard, { keeping, waiting, cache, enter }: ResumeOptions): Resume {
  const { board, progress, leaving } = kept;
  const turns = new Map<SocketClient, symbol>();
  let remembered = new Map<string, Backlog>();
  let rememberedAt = { revision: -1, ms: 0, bytes: 0 };

  /**
   * Who may not see everything gets a cursor that is too old at once, but says where they are: what left the board, or moved
   * to a queue that may not be seen, would have to be told as gone, and with it that it exists. So they begin anew.
   */
  const cursor = ({ isWhole }: CallFilter): string =>
    cursorText({
      epoch: progress.epoch(),
      positions: progress.complete(),
      leftUntil: isWhole ? leaving.leftUntil() : 0,
    });

  const isOfThisLog = ({ epoch, positions }: Cursor): boolean =>
    epoch === progress.epoch() && positions.length === progress.complete().length;

  /** Whether it is known what has changed and left since. */
  const isResumable = (cursor: Cursor): boolean => {
    const { positions, leftUntil } = cursor;
    const from = kept.resumableFrom();
    return (
      isOfThisLog(cursor) &&
      leftUntil >= Date.now() - cursorMsMax(keeping) &&
      positions.every((offset, partition) => offset >= (from?.get(partition) ?? 0))
    );
  };

  const make = (filter: CallFilter, { given, from }: ResumeRequest): Backlog => {
    const at = { revision: board.revision(), ms: performance.now(), bytes: 0 };
    if (
      at.revision !== rememberedAt.revision ||
      at.ms - rememberedAt.ms > snapshotsMs ||
      rememberedAt.bytes > rememberedBytesMax
    )
      [remembered, rememberedAt] = [new Map<string, Backlog>(), at];
    const reset = given !== undefined && from === null;
    const key = `${from ? (given ?? '') : String(reset)} ${filter.key}`;
    const known = remembered.get(key);
    if (known) return known;
    const told = from ? deltaSinceCursor(board, filter, from) : allMatching(board, filter);
    const text = snapshotTails({ cursor: cursor(filter), reset });
    const snapshot = new Backlog({ board, told, filter, text, cache });
    remembered.set(key, snapshot);
    rememberedAt.bytes += snapshot.byteLength + key.length;
    return snapshot;
  };

  /** Of many wishes of one socket only the newest costs anything: the others are not current when it is their turn. */
  const inTurn = async <Made>(
    client: SocketClient,
    isCurrent: () => boolean,
    makeIt: () => Made,
  ): Promise<Made | null> => {
    try {
      return await enter(client, new SharedTask(() => Promise.resolve(isCurrent() ? makeIt() : null)));
    } catch (error) {
      if (!(error instanceof NotServed)) throw error;
      // Not a failed Subscribe: from that a client would learn that its cursor is of no use, and come without it.
      if (isCurrent()) client.close('busy');
      return null;
    }
  };

  return {
    cursor,
    // As for a cursor that is too old.
    anew: (filter) => make(filter, { given: '', from: null }),
    again: async (client, begin) => {
      // The Subscribe that waits sees to it.
      if (turns.has(client)) return;
      const turn = Symbol();
      turns.set(client, turn);
      const isCurrent = (): boolean => turns.get(client) === turn;
      await inTurn(client, isCurrent, begin);
      if (isCurrent()) turns.delete(client);
    },
    snapshot: async (client, filter, given) => {
      const turn = Symbol();
      turns.set(client, turn);
      const isCurrent = (): boolean => turns.get(client) === turn;
      try {
        if (!(await waiting.until(() => kept.resumableFrom() !== null || !isCurrent(), loadMsMax))) {
          // Closed, and not failed, for the same reason.
          client.close('loading');
          return null;
        }
        const found = given === undefined ? null : readCursor(given);
        if (given !== undefined && found === null)
          throw new RequestFailure('cursor: this is none of ours. Subscribe without it.');
        if (found && versionOf(found.epoch) < projectionVersion) {
          // A page that was open before the upgrade: what calls are told by now, it would show as something else.
          client.close('olderCursor');
          return null;
        }
        // Also if everything is to be told anew: it must not be less than what the client shows.
        const isReached = (): boolean => found === null || !isOfThisLog(found) || !progress.isAhead(found.positions);
        if (!(await waiting.until(() => isReached() || !isCurrent(), aheadMsMax))) {
          client.close('ahead');
          return null;
        }
        const from = found && filter.isWhole && isResumable(found) ? found : null;
        return await inTurn(client, isCurrent, () => make(filter, { given, from }));
      } finally {
        if (isCurrent()) turns.delete(client);
      }
    },
    forget: (client) => void turns.delete(client),
  };
}
