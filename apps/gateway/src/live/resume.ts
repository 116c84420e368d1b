import type { CloseCause } from '@callstream/contracts';
import { RequestFailure } from '../access/request-failure.ts';
import type { BoardState } from '../board/board-state.ts';
import { readCursor } from '../board/cursor.ts';
import { offsetsMsMax } from '../board/load-board.ts';
import { versionOf } from '../board/progress.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import type { Schedule } from '../scheduling/single-flight.ts';
import type { Backlog } from './backlog.ts';
import type { BoardCondition } from './board-condition.ts';
import type { CallFilter } from './call-filter.ts';
import type { Cursors } from './cursors.ts';
import { LatestRequests } from './latest-request.ts';
import type { SnapshotRequest, Snapshots } from './snapshots.ts';

/** Longest wait for a board that is being loaded, in ms: while Kafka does not answer, Postgres is read after `offsetsMsMax`. */
const loadMsMax = offsetsMsMax + 5_000;
/** Longest wait of a client whose cursor is ahead of this gateway, in ms. */
const aheadMsMax = 2_000;

/**
 * Answers a subscription with a snapshot, from the client's cursor if possible.
 *
 * ```
 *                    loaded                    reached                     turn
 *  wait for the board ─────▶ wait for the cursor ─────▶ wait for a turn ─────────▶ snapshot
 *     │ 5 s                   │ older     │ 2 s            │ no turn
 *     ▼                       ▼           ▼                ▼
 *   loading              olderCursor    ahead            busy           (the socket is closed)
 * ```
 * A newer request of the client, or an unsubscribe, cancels it in each state. It closes the socket instead of failing the
 * request: from a failure a client learns that its cursor is invalid, and subscribes without it.
 */
export interface Resume {
  /**
   * Calls `send` with the snapshot when it is the client's turn; not if the socket was closed or the request was cancelled.
   * @throws {RequestFailure} if the text is not a cursor
   */
  readonly withSnapshot: (
    client: SocketClient,
    request: { readonly filter: CallFilter; readonly cursor: string | undefined },
    send: (snapshot: Backlog) => void,
  ) => Promise<void>;
  /** Calls `begin` when it is the client's turn and a snapshot for the filter can be made quickly, unless the client has another request by then. */
  readonly inTurn: (client: SocketClient, filter: CallFilter, begin: () => void) => Promise<void>;
  readonly cancel: (client: SocketClient) => void;
}

export interface ResumeOptions {
  readonly state: Pick<BoardState, 'loaded' | 'progress'>;
  readonly cursors: Pick<Cursors, 'isReached' | 'isResumable'>;
  readonly snapshots: Pick<Snapshots, 'get' | 'prepare'>;
  readonly condition: Pick<BoardCondition, 'waitFor'>;
  /** Turns to use the event loop. */
  readonly schedule: Schedule;
}

type Decision = { readonly close: CloseCause } | { readonly snapshot: SnapshotRequest };

export function createResume({ state, cursors, snapshots, condition, schedule }: ResumeOptions): Resume {
  const requests = new LatestRequests(schedule);

  const decide = async (
    { isUnrestricted }: CallFilter,
    text: string | undefined,
    isCurrent: () => boolean,
  ): Promise<Decision> => {
    const isLoaded = await condition.waitFor(() => state.loaded !== null || !isCurrent(), loadMsMax);
    if (!isLoaded) return { close: 'loading' };
    const cursor = text === undefined ? null : readCursor(text);
    if (text !== undefined && cursor === null)
      throw new RequestFailure('cursor: not a cursor of this service. Subscribe without it.');
    // The page was loaded before an upgrade of the tables: it would misunderstand what calls say now.
    if (cursor && versionOf(cursor.epoch) < versionOf(state.progress.epoch())) return { close: 'olderCursor' };
    // Also if the client gets everything: the screen must not go back in time.
    const isReached = await condition.waitFor(
      () => cursor === null || cursors.isReached(cursor) || !isCurrent(),
      aheadMsMax,
    );
    if (!isReached) return { close: 'ahead' };
    const resumeFrom = cursor && isUnrestricted && cursors.isResumable(cursor) ? cursor : null;
    return { snapshot: { cursor: text, resumeFrom } };
  };

  return {
    withSnapshot: async (client, { filter, cursor }, send) => {
      const request = requests.begin(client);
      try {
        const decision = await decide(filter, cursor, request.isCurrent);
        if ('close' in decision) client.close(decision.close);
        else
          await request.runInTurn(async () => {
            const snapshot = await snapshots.get(filter, decision.snapshot);
            // A newer request may have come meanwhile.
            if (request.isCurrent()) send(snapshot);
          });
      } finally {
        request.end();
      }
    },
    inTurn: async (client, filter, begin) => {
      // A Subscribe that waits will replace what the client shows anyway.
      if (requests.has(client)) return;
      const request = requests.begin(client);
      await request.runInTurn(async () => {
        await snapshots.prepare(filter);
        if (request.isCurrent()) begin();
      });
      request.end();
    },
    cancel: (client) => requests.cancel(client),
  };
}
