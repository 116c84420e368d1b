import { liveCountsByQueue } from '@callstream/domain';
import type { Call, PastMoment } from '@callstream/domain';
import {
  countPastCalls,
  countPastVisits,
  readFirstReceptionAfter,
  readPastAgentMarks,
  readPastCalls,
  readPastSegments,
  readPeriod,
} from '@callstream/tables';
import type {
  AgentRow,
  AgentSegmentRow,
  PastQueueCalls,
  PastQueueVisits,
  PastReads,
  Period,
  Queryable,
} from '@callstream/tables';
import { boardCallOf } from '../board/board.ts';
import type { BoardCall } from '../board/board.ts';
import { expiresAt } from '../board/expiry.ts';
import type { Retention } from '../board/expiry.ts';
import { buildQueueSnapshot } from '../numbers/build-queue-snapshot.ts';
import { listedForMs } from '../numbers/queue-snapshot.ts';
import type { CountingRules, QueueSnapshot } from '../numbers/queue-snapshot.ts';
import { segmentsSinceMs } from '../numbers/read-queue-snapshot.ts';
import { callsByQueue, visitsByQueue } from './past-totals.ts';
import { playCalls } from './play-calls.ts';
import type { PlayedPastCall } from './play-calls.ts';

/** A call on a past board. */
export interface PastCall extends BoardCall, Pick<Call, 'callId' | 'id'>, Pick<PlayedPastCall, 'lateEvents'> {}

/** The board, the queues and the agents as of a past moment, for every scope. */
export interface PastSnapshot extends PastMoment {
  readonly calls: readonly PastCall[];
  readonly snapshot: QueueSnapshot;
  /** When the first call was received, in ms since 1970, if nothing is known of the moment; else null. */
  readonly firstReceivedAt: number | null;
}

export interface ReadPastBoardOptions extends Pick<QueueSnapshot, 'rules' | 'names'> {
  readonly retention: Retention;
  /** Whether calls that had ended are on it. */
  readonly finished: boolean;
}

/** Runs reads over a connection, when it is their turn. */
type ReadInTurn = <Result>(read: (db: Queryable) => Promise<Result>) => Promise<Result>;

/**
 * Reads what the board was at a past moment, over two connections at most. Calls that may have changed around the moment are
 * played; all others are in the tables as they were then. @returns null if there are too many calls
 */
export async function readPastBoard(
  readInTurn: ReadInTurn,
  { rules, names, retention, finished }: ReadPastBoardOptions,
  moment: PastMoment,
): Promise<PastSnapshot | null> {
  const { at } = moment;
  const reads = { ...moment, ...retention, finished, segmentsMs: segmentsSinceMs };
  const [stored, marks] = await Promise.all([
    readInTurn((db) => readPastCalls(db, reads)),
    readInTurn((db) => readPastAgentMarks(db, reads, at - listedForMs)),
  ]);
  if (stored === null) return null;
  const ofOthers = { reads, rules, marks, played: stored.map(({ callId }) => callId) };
  // Postgres reads while calls are played.
  const [played, { today, segments, visits, outcomes }] = await Promise.all([
    playCalls(stored, moment),
    readInTurn((db) => readOthers(db, ofOthers)),
  ]);
  const calls = played.map(({ call }) => call);
  const totals = { today, at, rules };
  const onBoard = played.filter(
    ({ call }) => expiresAt(call, retention) >= at && (finished || call.finishedAt === null),
  );
  const snapshot = await buildQueueSnapshot({
    rules,
    names,
    asOf: at,
    today,
    live: [...liveCountsByQueue(onBoard.map(({ call }) => call))].map(([queue, counts]) => ({ queue, ...counts })),
    segments: [...segments, ...played.flatMap((each) => segmentsOf(each, at - segmentsSinceMs))],
    presenceEvents: marks,
    visits: visitsByQueue(calls, visits, totals),
    calls: callsByQueue(calls, outcomes, totals),
  });
  const isEmpty = onBoard.length === 0 && snapshot.agents.length === 0 && snapshot.queues.size === 0;
  return {
    ...moment,
    calls: onBoard.map(pastCallOf),
    snapshot,
    firstReceivedAt: isEmpty ? await readInTurn((db) => readFirstReceptionAfter(db, moment)) : null,
  };
}

interface OtherRows {
  readonly today: Period;
  readonly segments: readonly AgentSegmentRow[];
  readonly visits: readonly PastQueueVisits[];
  readonly outcomes: readonly PastQueueCalls[];
}

interface ReadOthersOptions {
  readonly reads: PastReads;
  readonly rules: CountingRules;
  readonly marks: readonly AgentRow[];
  /** call_ids of the calls that are played. */
  readonly played: readonly string[];
}

/** Reads what is as stored, one query after the other. */
async function readOthers(db: Queryable, { reads, rules, marks, played }: ReadOthersOptions): Promise<OtherRows> {
  const today = await readPeriod(db, { now: reads.at, timeZone: rules.timeZone });
  const counting = { ...today, played };
  return {
    today,
    segments: await readPastSegments(db, reads, { played, marks }),
    visits: await countPastVisits(db, reads, { ...counting, ...rules }),
    outcomes: await countPastCalls(db, reads, counting),
  };
}

const pastCallOf = ({ call, lateEvents }: PlayedPastCall): PastCall => ({
  ...boardCallOf(call),
  callId: call.callId,
  id: call.id,
  lateEvents,
});

/** The segments of a call that presence can depend on. */
const segmentsOf = ({ call }: Pick<PlayedPastCall, 'call'>, since: number): AgentSegmentRow[] =>
  call.segments
    .filter(({ endedAt }) => endedAt === null || endedAt >= since)
    .map((segment) => ({
      ...segment,
      callId: call.callId,
      delayMs: call.delayMs,
      heardAt: call.heardAt,
      callQueue: call.queue ?? '',
    }));
