import type { LogRecord } from '@callstream/runtime';
import { classify } from '@callstream/tables';

/** Records of one partition without a gap before them: the first is what the tables expect next. */
type NonEmptyRecords = readonly [LogRecord, ...LogRecord[]];

export interface AlignedBatch {
  readonly records: NonEmptyRecords;
  /** Offset that the tables must be at. */
  readonly expected: number;
}

export interface BisectHandlers {
  /** Writes records and moves the position in one transaction; returns the position reached. */
  readonly commit: (part: AlignedBatch) => Promise<number>;
  /** Is given the one record that Postgres refuses; returns the position reached. */
  readonly refuse: (part: AlignedBatch, refusal: Error) => Promise<number>;
}

/** Position behind the records. */
export const offsetAfter = (records: readonly LogRecord[]): number => (records.at(-1)?.offset ?? -1) + 1;

/**
 * Writes records; if Postgres refuses their data, in halves, down to the record that it does not take. Returns the position
 * reached: another one than {@link after} the records if somebody else moved it.
 * @throws whatever else `commit` and `refuse` throw
 */
export async function commitOrBisect(part: AlignedBatch, writing: BisectHandlers): Promise<number> {
  const { records, expected } = part;
  try {
    return await writing.commit(part);
  } catch (error) {
    if (classify(error) !== 'data') throw error;
    const middle = records.length >> 1;
    const [left, right] = [records.slice(0, middle), records.slice(middle)];
    if (!isRecords(left) || !isRecords(right)) return writing.refuse(part, error as Error);
    const reached = await commitOrBisect({ records: left, expected }, writing);
    if (reached !== offsetAfter(left)) return reached;
    return commitOrBisect({ records: right, expected: reached }, writing);
  }
}

const isRecords = (records: readonly LogRecord[]): records is NonEmptyRecords => records.length > 0;
