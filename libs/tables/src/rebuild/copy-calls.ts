import { play } from '@callstream/domain';
import type { Call, FactSet, Segment, Visit } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { sendPipelined } from '../connection/pipeline.ts';
import { packFacts } from '../facts/pack-facts.ts';
import { BinaryRows } from './binary-rows.ts';

/** All facts of a call. */
export interface CallFacts {
  readonly callId: string;
  readonly facts: FactSet;
}

/** Bytes of calls that are sent at once, with their visits and segments. */
const chunkBytes = 1024 * 1024;

/** Copies calls with their visits and segments; none of them may be in the tables. */
export async function copyCalls(client: ClientBase, calls: Iterable<CallFacts>): Promise<void> {
  const rows = { calls: new BinaryRows(), visits: new BinaryRows(), segments: new BinaryRows() };
  const send = async (): Promise<void> => {
    const copies = Object.entries(rows)
      .filter(([, { isEmpty }]) => !isEmpty)
      .map(([table, ofTable]) => ({ copy: `copy ${table} from stdin (format binary)`, bytes: ofTable.end() }));
    if (copies.length > 0) await sendPipelined(client, copies);
  };
  for (const { callId, facts } of calls) {
    const call = play(callId, facts);
    writeCall(rows.calls, call, packFacts(facts));
    call.visits.forEach((visit, n) => writeVisit(rows.visits, call, { n, visit }));
    call.segments.forEach((segment, n) => writeSegment(rows.segments, call, { n, segment }));
    if (rows.calls.length >= chunkBytes) await send();
  }
  await send();
}

/** The columns of `calls`, as in `callRow`. */
function writeCall(rows: BinaryRows, call: Call, packedFacts: string): void {
  rows.row(27);
  rows.text(call.callId);
  rows.int8(call.id);
  rows.int8(call.lastId);
  rows.text(call.state);
  rows.timestamp(call.stateAt);
  rows.bool(call.isOpened);
  rows.timestamp(call.beganAt);
  rows.timestamp(call.finishedAt);
  rows.text(call.direction);
  rows.text(call.ourNumber);
  rows.text(call.theirNumber);
  rows.text(call.theirNumberType);
  rows.text(call.queue);
  rows.text(call.recordingUrl);
  rows.text(call.code);
  rows.timestamp(call.waitingAt);
  rows.timestamp(call.waitingSince);
  rows.timestamp(call.answeredAt);
  rows.timestamp(call.answeredLastAt);
  rows.timestamp(call.abandonedAt);
  rows.timestamp(call.createdAt);
  rows.timestamp(call.updatedAt);
  rows.timestamp(call.lastEventAt);
  rows.timestamp(call.heardAt);
  rows.int8(call.delayMs);
  rows.bool(call.isLong);
  rows.text(packedFacts);
}

/** The columns of `visits`, as in `visitRow`. */
function writeVisit(rows: BinaryRows, { callId, direction }: Call, { n, visit }: { n: number; visit: Visit }): void {
  rows.row(9);
  rows.text(callId);
  rows.int2(n);
  rows.text(visit.queue);
  rows.text(direction);
  rows.timestamp(visit.waitingAt);
  rows.timestamp(visit.endedAt);
  rows.text(visit.outcome);
  rows.int8(visit.waitMs);
  rows.text(visit.actor);
}

/** The columns of `segments`, as in `segmentRow`. */
function writeSegment(rows: BinaryRows, { callId }: Call, { n, segment }: { n: number; segment: Segment }): void {
  rows.row(11);
  rows.text(callId);
  rows.int2(n);
  rows.text(segment.actor);
  rows.text(segment.number);
  rows.text(segment.queue);
  rows.timestamp(segment.rangAt);
  rows.timestamp(segment.rangLastAt);
  rows.timestamp(segment.enteredAt);
  rows.timestamp(segment.enteredLastAt);
  rows.timestamp(segment.endedAt);
  rows.text(segment.end);
}
