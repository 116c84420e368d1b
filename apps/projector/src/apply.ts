import type { Log, LogRecord } from '@callstream/runtime';
import type { Tables } from '@callstream/tables';
import { classify, PositionMoved, project, readPositions, withConnection } from '@callstream/tables';
import type { EventBatch, Move, SeenEvents } from '@callstream/tables';
import type { DeadLetters } from './dead-letters.ts';
import { explain, sqlStateOf } from './failed-batch.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Metrics } from './metrics.ts';
import type { RefusalLimit } from './refusal-limit.ts';
import { checkVersion, ProjectionStopped } from './stopped.ts';
import { understand } from './understand.ts';
import { projectionVersion } from './version.ts';

export interface Applying {
  readonly db: Tables;
  readonly deadLetters: DeadLetters;
  readonly refusals: RefusalLimit;
  readonly seen: SeenEvents;
  /** Next offset of every partition, as this process last saw it in the tables. */
  readonly positions: Map<number, number>;
  /** Called after every commit. */
  readonly changed: () => void;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Records of one partition without a gap before them: the first is what the tables expect next. */
type Records = readonly [LogRecord, ...LogRecord[]];

export interface Part {
  readonly records: Records;
  /** Offset that the tables must be at. */
  readonly expected: number;
}

interface Understood extends Part {
  readonly batch: EventBatch;
}

/**
 * Writes records into the tables, and puts aside what is no event. Returns the position reached; another one than after
 * the records if somebody else moved it.
 * @throws {ProjectionStopped} if that needs somebody to look
 */
export async function apply(applying: Applying, { records, expected }: Part): Promise<number> {
  const { undecodable, batch } = understand(records);
  await applying.deadLetters.setAside(undecodable);
  const next = await write(applying, { records, expected, batch });
  applying.metrics.deadLetters.inc({ kind: 'undecodable' }, undecodable.length);
  return next;
}

/** In halves if Postgres refuses them, down to the record that it does not take. */
async function write(applying: Applying, part: Understood): Promise<number> {
  const { records, expected, batch } = part;
  try {
    const next = await commit(applying, part);
    if (batch.events.uuids.length > 0) applying.refusals.applied();
    return next;
  } catch (error) {
    if (error instanceof PositionMoved) return reread(applying, records[0].partition);
    if (classify(error) !== 'data') throw explain(error, records);
    const middle = records.length >> 1;
    const [left, right] = [records.slice(0, middle), records.slice(middle)];
    if (!isRecords(left) || !isRecords(right)) return refuse(applying, part, error);
    const reached = await write(applying, { records: left, expected, batch: understand(left).batch });
    if (reached !== after(left)) return reached;
    return write(applying, { records: right, expected: reached, batch: understand(right).batch });
  }
}

const isRecords = (records: readonly LogRecord[]): records is Records => records.length > 0;
const after = (records: readonly LogRecord[]): number => (records.at(-1)?.offset ?? -1) + 1;

const { batch: nothing } = understand([]);

/** Puts aside an event that Postgres does not take. */
async function refuse(applying: Applying, part: Understood, error: unknown): Promise<number> {
  const [record] = part.records;
  const { partition, offset } = record;
  const code = sqlStateOf(error);
  const reason = `Postgres refuses it with ${code}: ${error instanceof Error ? error.message : String(error)}`;
  if (!applying.refusals.take())
    throw new ProjectionStopped(
      `Record ${offset} of partition ${partition} is one of too many in a minute that Postgres refuses (${reason}). This looks like a bad deploy; nothing was skipped. Deploy a version that works; or, if these records are the reason, set PROJECTOR_REFUSED_PER_MINUTE higher.`,
      { cause: error },
    );
  await applying.deadLetters.setAside([{ record, kind: 'refused', reason }]);
  const next = await commit(applying, { ...part, batch: nothing });
  applying.metrics.deadLetters.inc({ kind: 'refused' });
  applying.log.error({ partition, offset, code }, 'record.refused');
  return next;
}

/** One transaction: the rows and the position, or neither. */
async function commit(applying: Applying, part: Understood): Promise<number> {
  const projection = { moves: [moveOf(part)], batch: part.batch };
  await withConnection(applying.db, (client) => project(client, projection, applying.seen));
  return committed(applying, part);
}

export const moveOf = ({ records, expected }: Part): Move => ({
  ...{ partition: records[0].partition, expected, next: after(records), version: projectionVersion },
  last: fingerprintOf(records.at(-1) ?? records[0]),
});

/** Takes note of what is in the tables now; returns the position reached. */
export function committed({ positions, changed, metrics }: Applying, { records }: Part): number {
  const next = after(records);
  positions.set(records[0].partition, next);
  changed();
  metrics.records.inc(records.length);
  metrics.lastProgress.setToCurrentTime();
  return next;
}

/** Somebody else is ahead, or a commit arrived whose answer did not: go on from where the tables are. */
async function reread({ db, positions, metrics, log }: Applying, partition: number): Promise<number> {
  const position = (await withConnection(db, readPositions)).find((row) => row.partition === partition);
  if (!position)
    throw new ProjectionStopped(
      `The tables know no partition ${partition} any more. Make the position anew: npm run projector -- migrate`,
    );
  checkVersion(position.version);
  metrics.conflicts.inc();
  log.info({ partition, next: position.nextOffset }, 'projector.position-moved');
  positions.set(partition, position.nextOffset);
  return position.nextOffset;
}
