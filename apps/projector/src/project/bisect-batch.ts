import type { LogRecord } from '@callstream/runtime';
import { classify } from '@callstream/tables';

type NonEmptyRecords = readonly [LogRecord, ...LogRecord[]];

/** Records of one partition; the first is the one that the tables expect next. */
export interface AlignedBatch {
  readonly records: NonEmptyRecords;
  /** Offset that the tables must be at. */
  readonly expected: number;
}

export interface BisectHandlers {
  /** Writes records and moves the position in one transaction; returns the position reached. */
  readonly commit: (batch: AlignedBatch) => Promise<number>;
  /** Handles the one record that Postgres refuses; returns the position reached. */
  readonly refuse: (batch: AlignedBatch, refusal: Error) => Promise<number>;
}

/** Offset after the last record. */
export const offsetAfter = (records: readonly LogRecord[]): number => (records.at(-1)?.offset ?? -1) + 1;

/**
 * Commits a batch. If Postgres refuses its data, bisects it down to the refused records and commits the others. Returns the
 * position reached: not {@link offsetAfter} the records if another projector moved it.
 * @throws any other error of `commit` and `refuse`
 */
export async function commitOrBisect(batch: AlignedBatch, handlers: BisectHandlers): Promise<number> {
  const { records, expected } = batch;
  try {
    return await handlers.commit(batch);
  } catch (error) {
    if (classify(error) !== 'data') throw error;
    const middle = records.length >> 1;
    const [left, right] = [records.slice(0, middle), records.slice(middle)];
    if (!isNonEmpty(left) || !isNonEmpty(right)) return handlers.refuse(batch, error as Error);
    const reached = await commitOrBisect({ records: left, expected }, handlers);
    if (reached !== offsetAfter(left)) return reached;
    return commitOrBisect({ records: right, expected: reached }, handlers);
  }
}

const isNonEmpty = (records: readonly LogRecord[]): records is NonEmptyRecords => records.length > 0;
