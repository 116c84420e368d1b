import { setTimeout as pause } from 'node:timers/promises';
import { decode } from '@callstream/domain';
import { deadLetterTopic, logEntry, topicExists } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import { hasEvent, readPositions } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { readDlq } from '../../dlq/dlq.ts';
import type { Dlq } from '../../dlq/dlq.ts';
import { refusalText, sqlStateOf } from '../../supervision/postgres-errors.ts';
import { probeWithOrdinaryEvent } from '../../project/ordinary-event.ts';
import { ProjectionStopped } from '../../supervision/projection-stopped.ts';
import { createExcludedRecords } from './excluded-records.ts';
import type { MaintenanceContext } from '../maintenance.ts';

/** Decides on a record that Postgres refuses; returns if it is left out. @throws {ProjectionStopped} if it must not be */
export type ExcludeRecord = (record: LogRecord, refusal: Error) => Promise<void>;

export interface RecordExclusion {
  readonly leaveOut: ExcludeRecord;
  /** Tells the operator what was left out. */
  readonly report: () => void;
}

/** The live projector meets what comes now at about the same time as we do: so long it has to write or dead-letter it, in ms. */
const liveWithinMs = 5_000;
const lookEveryMs = 500;

/**
 * Leaves a record out of tables that are made from the log if Postgres refuses it for its own data, and the record is on the DLQ
 * for that or the live tables lack it too. What they have is never left out. Nothing is written to the DLQ here.
 * @param db the tables that are made, with their indexes
 */
export function createRecordExclusion(operation: MaintenanceContext, db: Tables): RecordExclusion {
  const { live, signal, log, say } = operation;
  const leftOut = createExcludedRecords();
  const isDeadLettered = createIsDeadLettered(operation);
  /** Next offset of a live partition for which it was waited in vain: it is not waited for again while it stays there. */
  const stuckAt = new Map<number, number>();

  const leaveOut: ExcludeRecord = async (record, refusal) => {
    const { partition, offset } = record;
    const ordinary = await probeWithOrdinaryEvent(db, record);
    if (ordinary) throw refusesAll(record, { refusal, ordinary });
    for (const deadline = performance.now() + liveWithinMs; ; await pause(lookEveryMs, undefined, { signal })) {
      // Before the others are asked: what the live projector does with a record, it has done when it is past it.
      const next = (await readPositions(live)).find((one) => one.partition === partition)?.nextOffset ?? 0;
      if (await hasEvent(live, uuidOfEvent(record))) throw isLive(record, refusal);
      const onDlq = await isDeadLettered(record);
      const isOver = next > offset || stuckAt.get(partition) === next || performance.now() > deadline;
      if (!onDlq && !isOver) continue;
      if (!onDlq) stuckAt.set(partition, next);
      leftOut.add({ partition, offset, onDlq, reason: refusalText(refusal) });
      log.warn({ partition, offset, code: sqlStateOf(refusal), on_dlq: onDlq }, 'rebuild.left-out');
      return;
    }
  };
  return { leaveOut, report: () => leftOut.lines().forEach(say) };
}

function uuidOfEvent(record: LogRecord): string {
  const decoded = decode(logEntry(record));
  if ('problem' in decoded) throw new Error(`Record ${record.offset} of partition ${record.partition} is no event.`);
  return decoded.event.uuid;
}

/** Of a log made anew, another record may have the same offset: the time tells them apart. */
const idOf = ({ partition, offset, timestamp }: LogRecord): string => `${partition}:${offset}:${timestamp}`;

/** Whether a record is on the DLQ because Postgres refuses it. The DLQ is read again only for one that was not there before. */
function createIsDeadLettered({ kafka, topic, log }: Dlq): (record: LogRecord) => Promise<boolean> {
  let known: ReadonlySet<string> = new Set();
  let readAt = -Infinity;
  return async (record) => {
    if (known.has(idOf(record))) return true;
    if (performance.now() - readAt < lookEveryMs || !(await topicExists(kafka, deadLetterTopic(topic)))) return false;
    const { entries } = await readDlq({ kafka, topic, log });
    readAt = performance.now();
    known = new Set(entries.filter(({ kind }) => kind === 'refused').map(({ id, timestamp }) => `${id}:${timestamp}`));
    return known.has(idOf(record));
  };
}

const nameOf = ({ partition, offset }: LogRecord): string => `record ${offset} of partition ${partition}`;

const isLive = (record: LogRecord, refusal: Error): ProjectionStopped =>
  new ProjectionStopped(
    `Postgres refuses what this version makes of ${nameOf(record)} (${refusalText(refusal)}), and the live tables have that event (uuid ${uuidOfEvent(record)}): new tables would lack it. The live tables are as they were. A version is needed that can write it.`,
    { cause: refusal },
  );

const refusesAll = (record: LogRecord, { refusal, ordinary }: { refusal: Error; ordinary: Error }): ProjectionStopped =>
  new ProjectionStopped(
    `Postgres refuses what this version makes of ${nameOf(record)} (${refusalText(refusal)}), and of an ordinary event of its kind as well (${refusalText(ordinary)}): code and tables do not fit each other. The live tables are as they were. A version is needed that works.`,
    { cause: refusal },
  );
