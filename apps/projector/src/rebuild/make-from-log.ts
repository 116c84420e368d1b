import { classify, completeProjection, createFiller, emptyProjection } from '@callstream/tables';
import type { ProjectionSchema } from '@callstream/tables';
import { refusalText } from '../failed-batch.ts';
import { openCarefulLane } from './careful-lane.ts';
import { openLane } from './lane.ts';
import type { Lane } from './lane.ts';
import type { LeaveOut } from './leave-out.ts';
import type { Operation } from './operation.ts';
import type { Offsets, OwnTables } from './own-tables.ts';
import { readUp } from './read-up.ts';
import type { OnProgress } from './read-up.ts';

/**
 * Records that are folded before the calls they speak of are written, at least. A call has about eight events; the more
 * of them meet in memory, the fewer times its row is written. At 1 kB a call this is some 20 MB for each of two lanes.
 */
export const foldRecordsDefault = 100_000;

export interface MakingFromLog {
  /** Of the tables. */
  readonly schema: ProjectionSchema;
  /** What the log has: its first offset in each partition. */
  readonly log: Offsets;
  /** Offset of each partition at which to stop. */
  readonly targets: ReadonlyMap<number, number>;
  readonly foldRecordsMin: number;
  readonly leaveOut: LeaveOut;
}

/**
 * Fills bare tables with the log up to `targets`, then adds indexes, keys, views and grants. If Postgres refuses anything of that,
 * it does not say which record is the reason, least of all when it builds an index: see {@link makeCarefully}.
 * @throws {ProjectionStopped} if Postgres refuses what must not be left out
 */
export async function makeFromLog(operation: Operation, own: OwnTables, making: MakingFromLog): Promise<void> {
  try {
    await makeAtOnce(operation, own, making);
  } catch (error) {
    if (classify(error) !== 'data') throw error;
    operation.say(
      `Postgres refuses something of the log (${refusalText(error as Error)}). Beginning again, to find the record: this takes several times longer.`,
    );
    await makeCarefully(operation, own, making);
  }
}

/** Indexes first, then the log, in halves where Postgres refuses it, down to the record: it is left out, if it may be. */
async function makeCarefully(
  operation: Operation,
  own: OwnTables,
  { schema, log, targets, leaveOut }: MakingFromLog,
): Promise<void> {
  const starts = new Map([...log].map(([partition, { low }]) => [partition, low]));
  await emptyProjection(own.db, schema, starts);
  await completeProjection(own.db, schema, { mayRepeat: false });
  for (const [partition, start] of starts) own.positions.set(partition, start);
  const openLane = (onProgress: OnProgress): Lane => openCarefulLane({ ...own, leaveOut, onProgress });
  await readUp(operation, own, { targets, openLane });
}

async function makeAtOnce(
  operation: Operation,
  own: OwnTables,
  { schema, targets, foldRecordsMin }: MakingFromLog,
): Promise<void> {
  const { say } = operation;
  const lane = { ...own, foldRecordsMin, beginFilling: createFiller(own.repeats) };
  await readUp(operation, own, { targets, openLane: (onProgress) => openLane({ ...lane, onProgress }) });
  const began = performance.now();
  say('Merging what was written more than once, and building indexes …');
  await completeProjection(own.db, schema, { mayRepeat: own.repeats === null });
  say(`Indexes are built (${((performance.now() - began) / 1_000).toFixed(1)} s).`);
}
