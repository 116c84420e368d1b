import { offsetsSince, within } from '@callstream/runtime';
import type { Kafka, Log } from '@callstream/runtime';
import { readBoard } from '@callstream/tables';
import type { Position, Tables } from '@callstream/tables';
import type { CallBoard } from './board.ts';
import { boardTimes, expiresAt, tombstoneMs } from './expiry.ts';
import type { Retention, Expiry } from './expiry.ts';

/** Longest that Kafka is asked for the offsets of a time, in ms. Without them, older cursors are not resumed from. */
const offsetsMsMax = 2_000;

export interface LoadBoardOptions {
  readonly db: Tables;
  readonly kafka: Kafka;
  readonly topic: string;
  readonly board: CallBoard;
  readonly leaving: Expiry;
  readonly keeping: Retention;
  readonly log: Log;
}

export interface LoadedBoard {
  /** Where the projection was: from here on the log is to be read. */
  readonly positions: readonly Position[];
  /** Least position of a cursor, by partition, for which it is known what has changed and left since. */
  readonly resumableFrom: ReadonlyMap<number, number>;
}

/** Puts the current calls that Postgres has on the board, and notes those that clients may still show though they have left. */
export async function loadBoard({
  db,
  kafka,
  topic,
  board,
  leaving,
  keeping,
  log,
}: LoadBoardOptions): Promise<LoadedBoard> {
  const now = Date.now();
  const started = performance.now();
  const changedSince = await within(offsetsMsMax, offsetsSince(kafka, topic, now - tombstoneMs(keeping))).catch(
    () => new Map<number, number>(),
  );
  let positions: readonly Position[] = [];
  const alsoIds = [...board.entries()].filter(({ partial }) => partial).map(({ callId }) => callId);
  await readBoard(db, {
    ...{ times: boardTimes(now, keeping), alsoIds, changedSince },
    onPositions: (found) => (positions = found),
    onCalls: (calls) => {
      for (const { callId, facts } of calls) {
        const { call } = board.put(callId, facts);
        if (call) leaving.came(call);
      }
    },
    onLeft: (calls) => {
      for (const { callId, lastId, finished, heardAt } of calls) {
        if (board.get(callId)) continue;
        const at = expiresAt({ finishedAt: finished ? heardAt : null, heardAt }, keeping);
        board.leave({ callId, lastId, leavesAt: at, leftAt: now });
      }
    },
  });
  const [first] = positions;
  if (!first) throw new Error('The tables have no positions. Make them: npm run projector -- migrate');
  if (first.topic !== topic)
    throw new Error(`The tables project topic "${first.topic}", not "${topic}". Set KAFKA_TOPIC=${first.topic}.`);
  const { calls, left } = board.sizes();
  log.info({ calls, left, duration_ms: Math.round(performance.now() - started) }, 'board.loaded');
  const resumableFrom = positions.map(
    ({ partition, nextOffset }) => [partition, Math.min(nextOffset, changedSince.get(partition) ?? Infinity)] as const,
  );
  return { positions, resumableFrom: new Map(resumableFrom) };
}
