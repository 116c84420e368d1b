import { exportRowsMax } from '@callstream/tables';
import type { ExportCursor, ExportPage, Period } from '@callstream/tables';

/** The first slice of a period, in ms. */
const firstSliceMs = 3_600_000;
const sliceMsMin = 60_000;
/** A slice with few rows is doubled after a query that took no longer, in ms: the next one takes about twice as long. */
const fastMs = 250;
/** A slice is halved after a query that took longer, in ms: a filter may leave few rows of a slice with many. */
const slowMs = 1_000;
/** A slice whose query timed out is divided by this. */
const timedOutDivisor = 16;

/** One page: rows of a slice of the period. */
export interface ExportPart extends Period {
  readonly after: ExportCursor | null;
  readonly limit: number;
}

/** A page, and how long its query took. */
export interface TimedPage<Row> extends ExportPage<Row> {
  readonly ms: number;
}

/** The query of a page took too long: Postgres cancelled it with this error. */
interface TimedOutPage {
  readonly timedOut: unknown;
}

/** The rows of one query, maybe none. */
export interface PageOfExport<Row> {
  readonly rows: readonly Row[];
  /** Whether no page follows. */
  readonly isLast: boolean;
}

/**
 * The rows of a period, page by page, in the order of their times. Each page is a query of its own, so that a slow client holds no
 * connection to Postgres. A query looks at a slice of the period only, which begins at the last row of the page before: there is
 * no index that has all rows in their order.
 * @throws the error of a query that timed out for the shortest slice
 */
export async function* exportPages<Row>(
  { from, to }: Period,
  limit: number,
  read: (part: ExportPart) => Promise<TimedPage<Row> | TimedOutPage>,
): AsyncGenerator<PageOfExport<Row>> {
  const end = Date.parse(to);
  let begin = Date.parse(from);
  let sliceMs = firstSliceMs;
  let after: ExportCursor | null = null;
  let left = limit;
  while (begin < end && left > 0) {
    const sliceEnd = Math.min(end, begin + sliceMs);
    const part = { from: timeOf(begin), to: timeOf(sliceEnd), after, limit: Math.min(left, exportRowsMax) };
    const page: TimedPage<Row> | TimedOutPage = await read(part);
    if ('timedOut' in page) {
      const tooLongMs = sliceEnd - begin;
      if (tooLongMs <= sliceMsMin) throw page.timedOut;
      sliceMs = Math.max(sliceMsMin, Math.round(tooLongMs / timedOutDivisor));
      continue;
    }
    left -= page.rows.length;
    after = page.next;
    begin = after === null ? sliceEnd : Date.parse(after[0]);
    sliceMs = nextSliceMs(sliceMs, page);
    yield { rows: page.rows, isLast: begin >= end || left <= 0 };
  }
}

/** Slices shrink until about a page fits: each query sorts all rows of its slice. */
function nextSliceMs(sliceMs: number, { rows, next, ms }: TimedPage<unknown>): number {
  if (next !== null) return Math.max(sliceMsMin, Math.round(sliceMs / 2));
  if (ms > slowMs) return Math.max(Math.min(sliceMs, firstSliceMs), Math.round(sliceMs / 2));
  return rows.length < exportRowsMax / 2 && ms <= fastMs ? sliceMs * 2 : sliceMs;
}

const timeOf = (at: number): string => new Date(at).toISOString();
