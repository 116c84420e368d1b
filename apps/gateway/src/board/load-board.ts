import { isProgrammingError } from '@callstream/resilience';
import { offsetsSince, within } from '@callstream/runtime';
import type { Kafka, Log } from '@callstream/runtime';
import { readBoard } from '@callstream/tables';
import type { Position, Tables } from '@callstream/tables';
import type { BoardState } from './board-state.ts';
import { boardTimes, expiresAt, tombstoneMs } from './expiry.ts';

/**
 * Timeout of Kafka's answer which offsets a time has, in ms. Without the answer, older cursors cannot be resumed from: all clients
 * get whole boards again, which a busy machine would have to send as well.
 */
export const offsetsMsMax = 5_000;

export interface LoadBoardOptions {
  readonly db: Tables;
  readonly kafka: Kafka;
  readonly topic: string;
  readonly state: BoardState;
  readonly log: Log;
}

export interface LoadedBoard {
  /** Positions of the projection: the log is read from here on. */
  readonly positions: readonly Position[];
  /** The least position of a cursor, by partition, since which all changes and departures are known. */
  readonly resumableFrom: ReadonlyMap<number, number>;
}

/**
 * Puts the current calls from Postgres on the board, and tombstones of the calls that clients may still show.
 * @throws {Error} if the tables have no positions, or project another topic
 */
export async function loadBoard({ db, kafka, topic, state, log }: LoadBoardOptions): Promise<LoadedBoard> {
  const { board, expiry, retention } = state;
  const now = Date.now();
  const startedAt = performance.now();
  const changedSince = await within(offsetsMsMax, offsetsSince(kafka, topic, now - tombstoneMs(retention))).catch(
    (error: unknown) => {
      if (isProgrammingError(error)) throw error;
      return new Map<number, number>();
    },
  );
  let positions: readonly Position[] = [];
  await readBoard(db, {
    times: boardTimes(now, retention),
    additionalCallIds: [...board.entries()].filter(({ isPartial }) => isPartial).map(({ callId }) => callId),
    changedSince,
    onPositions: (loaded) => (positions = loaded),
    onCalls: (calls) => {
      for (const { callId, facts } of calls) {
        const { call } = board.put(callId, facts);
        if (call) expiry.added(call);
      }
    },
    onLeft: (calls) => {
      for (const { callId, lastId, finished, heardAt } of calls) {
        if (board.get(callId)) continue;
        const dueAt = expiresAt({ finishedAt: finished ? heardAt : null, heardAt }, retention);
        board.expire({ callId, lastId, expiresAt: dueAt, expiredAt: now });
      }
    },
  });
  checkTopic(positions, topic);
  const { calls, tombstones } = board.sizes();
  log.info({ calls, left: tombstones, duration_ms: Math.round(performance.now() - startedAt) }, 'board.loaded');
  const resumableFrom = positions.map(
    ({ partition, nextOffset }) => [partition, Math.min(nextOffset, changedSince.get(partition) ?? Infinity)] as const,
  );
  return { positions, resumableFrom: new Map(resumableFrom) };
}

function checkTopic([first]: readonly Position[], topic: string): void {
  if (!first) throw new Error('The tables have no positions. Create them: npm run projector -- migrate');
  if (first.topic !== topic)
    throw new Error(`The tables project topic "${first.topic}", not "${topic}". Set KAFKA_TOPIC=${first.topic}.`);
}
