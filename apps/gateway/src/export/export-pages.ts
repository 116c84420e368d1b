import { exportRowsMax } from '@callstream/tables';
import type { ExportCursor, ExportPage, Period } from '@callstream/tables';

/** The first slice of a period, in ms. */
const firstSliceMs = 3_600_000;
const sliceMsMin = 60_000;
/** A slice with few rows is doubled after a query that took no longer, in ms: the next one takes about twice as long. */
const fastMs = 250;
/** A slice is halved after a query that took longer, in ms: a filter may leave few rows of a slice with many. */
const slowMs = 1_000;

/** One page: rows of a slice of the period. */
export interface ExportPart extends Period {
  readonly after: ExportCursor | null;
  readonly limit: number;
}

/** A page, and how long its query took. */
export interface TimedPage<Row> extends ExportPage<Row> {
  readonly ms: number;
}

/**
 * The rows of a period, page by page, in the order of their times. Each page is a query of its own, so that a slow client holds no
 * connection to Postgres. A query looks at a slice of the period only: there is no index that has all rows in their order.
 */
export async function* exportPages<Row>(
  { from, to }: Period,
  limit: number,
  read: (part: ExportPart) => Promise<TimedPage<Row>>,
): AsyncGenerator<readonly Row[]> {
  const end = Date.parse(to);
  let begin = Date.parse(from);
  let sliceMs = firstSliceMs;
  let left = limit;
  while (begin < end && left > 0) {
    const slice = { from: timeOf(begin), to: timeOf(Math.min(end, begin + sliceMs)) };
    let after: ExportCursor | null = null;
    let rowsOfSlice = 0;
    let slowest = 0;
    do {
      const page: TimedPage<Row> = await read({ ...slice, after, limit: Math.min(left, exportRowsMax) });
      rowsOfSlice += page.rows.length;
      slowest = Math.max(slowest, page.ms);
      left -= page.rows.length;
      after = page.next;
      if (page.rows.length > 0) yield page.rows;
    } while (after !== null && left > 0);
    begin += sliceMs;
    if (rowsOfSlice > exportRowsMax) sliceMs = Math.max(sliceMsMin, sliceMs / 2);
    else if (slowest > slowMs) sliceMs = Math.max(Math.min(sliceMs, firstSliceMs), sliceMs / 2);
    else if (rowsOfSlice < exportRowsMax / 2 && slowest <= fastMs) sliceMs *= 2;
  }
}

const timeOf = (at: number): string => new Date(at).toISOString();
