import { parseQueueLogLine } from '@callstream/domain';
import { z } from 'zod';
import type { FileLine } from './lines.ts';

/** Times in ms since 1970, both inclusive. */
export interface ImportPeriod {
  readonly from: number;
  readonly to: number;
}

const Moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/** @throws {Error} naming the option */
export function momentOf(text: string | undefined, option: string): number | null {
  if (text === undefined) return null;
  if (Moment.safeParse(text).success) return Date.parse(text);
  throw new Error(`${option} ${text}: expected a time as 2026-03-02T13:00:00Z, or a day (UTC) as 2026-03-02.`);
}

/**
 * Where a line is. `unreadable`: it has no time, and is stored whatever the period. `empty`: there is nothing to store.
 */
export type LinePlace = 'before' | 'within' | 'after' | 'unreadable' | 'empty';

export function placeOf({ bytes, length }: Pick<FileLine, 'bytes' | 'length'>, { from, to }: ImportPeriod): LinePlace {
  if (length === 0) return 'empty';
  const line = length > bytes.length ? null : parseQueueLogLine(bytes.toString('latin1'));
  if (line === null) return 'unreadable';
  if (line.at < from) return 'before';
  return line.at > to ? 'after' : 'within';
}
