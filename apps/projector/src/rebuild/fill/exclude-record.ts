import { setTimeout as pause } from 'node:timers/promises';
import { decode } from '@callstream/domain';
import { deadLetterTopic, logEntry, topicExists } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import { hasEvent, readPositions } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { readDlq } from '../../dlq/dlq.ts';
import type { Dlq } from '../../dlq/dlq.ts';
import { probeWithOrdinaryEvent } from '../../project/ordinary-event.ts';
import { refusalText, sqlStateOf } from '../../supervision/postgres-errors.ts';
import { ProjectionStopped } from '../../supervision/projection-stopped.ts';
import type { MaintenanceContext } from '../maintenance.ts';
import { createExcludedRecords } from './excluded-records.ts';

/** Resolves if a record that Postgres refuses may be excluded. @throws {ProjectionStopped} if it must not be */
export type ExcludeRecord = (record: LogRecord, refusal: Error) => Promise<void>;

export interface RecordExclusion {
  readonly excludeRecord: ExcludeRecord;
  /** Prints the excluded records. */
  readonly report: () => void;
}

/** How long the live projector has to write or dead-letter a record that it reads at the same time as we do, in ms. */
const liveWithinMs = 5_000;
const pollEveryMs = 500;

/**
 * Excludes a record from tables that are built from the log if Postgres refuses it for its own data, and it is on the DLQ for that
 * reason or not in the live tables either. A record of the live tables is never excluded. Writes nothing to the DLQ.
 * @param db the tables that are built, with their indexes
 */
export function createRecordExclusion(context: MaintenanceContext, db: Tables): RecordExclusion {
  const { live, signal, log, printStatus } = context;
  const excluded = createExcludedRecords();
  const isDeadLettered = createIsDeadLettered(context);
  /** Live positions at which the wait expired, by partition: not waited for again while they stay there. */
  const stuckAt = new Map<number, number>();

  const excludeRecord: ExcludeRecord = async (record, refusal) => {
    const { partition, offset } = record;
    const ordinary = await probeWithOrdinaryEvent(db, record);
    if (ordinary) throw tablesRefuseEverything(record, { refusal, ordinary });
    for (const deadline = performance.now() + liveWithinMs; ; await pause(pollEveryMs, undefined, { signal })) {
      // Read the position first: once the live projector is past a record, tables and DLQ are final for it.
      const next = (await readPositions(live)).find((position) => position.partition === partition)?.nextOffset ?? 0;
      if (await hasEvent(live, uuidOfEvent(record))) throw isLive(record, refusal);
      const onDlq = await isDeadLettered(record);
      const isFinal = next > offset || stuckAt.get(partition) === next || performance.now() > deadline;
      if (!onDlq && !isFinal) continue;
      if (!onDlq) stuckAt.set(partition, next);
      excluded.add({ partition, offset, onDlq, reason: refusalText(refusal) });
      log.warn({ partition, offset, code: sqlStateOf(refusal), on_dlq: onDlq }, 'rebuild.left-out');
      return;
    }
  };
  return { excludeRecord, report: () => excluded.lines().forEach(printStatus) };
}

function uuidOfEvent(record: LogRecord): string {
  const decoded = decode(logEntry(record));
  if ('problem' in decoded)
    throw new Error(`Record ${record.offset} of partition ${record.partition} is not an event.`);
  return decoded.event.uuid;
}

/** The timestamp is part of it: a recreated topic has the same offsets again. */
const idOf = ({ partition, offset, timestamp }: LogRecord): string => `${partition}:${offset}:${timestamp}`;

/** Whether the DLQ has a record because Postgres refused it. Rereads the DLQ only for a record that it did not have before. */
function createIsDeadLettered({ kafka, topic, log }: Dlq): (record: LogRecord) => Promise<boolean> {
  let known: ReadonlySet<string> = new Set();
  let readAt = -Infinity;
  return async (record) => {
    if (known.has(idOf(record))) return true;
    if (performance.now() - readAt < pollEveryMs || !(await topicExists(kafka, deadLetterTopic(topic)))) return false;
    const { entries } = await readDlq({ kafka, topic, log });
    readAt = performance.now();
    known = new Set(entries.filter(({ kind }) => kind === 'refused').map(({ id, timestamp }) => `${id}:${timestamp}`));
    return known.has(idOf(record));
  };
}

const nameOf = ({ partition, offset }: LogRecord): string => `record ${offset} of partition ${partition}`;

const isLive = (record: LogRecord, refusal: Error): ProjectionStopped =>
  new ProjectionStopped(
    `Postgres refuses the rows that this version makes of ${nameOf(record)} (${refusalText(refusal)}), and the live tables have that event (uuid ${uuidOfEvent(record)}): new tables would lack it. The live tables are unchanged. Use a version that can write the event.`,
    { cause: refusal },
  );

const tablesRefuseEverything = (
  record: LogRecord,
  { refusal, ordinary }: { refusal: Error; ordinary: Error },
): ProjectionStopped =>
  new ProjectionStopped(
    `Postgres refuses the rows that this version makes of ${nameOf(record)} (${refusalText(refusal)}), and of an ordinary event of its kind as well (${refusalText(ordinary)}): code and tables do not match. The live tables are unchanged. Use a version that works.`,
    { cause: refusal },
  );
