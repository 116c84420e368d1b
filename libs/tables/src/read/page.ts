/**
 * Most that the rows of one answer may have, in bytes of their texts. An event as large as ingest takes it fits: jsonb
 * writes a body with up to half as many bytes more.
 */
export const answerBytesMax = 2 * 1024 * 1024;

/** Rows of a list, and whether the list goes on behind them. */
export interface Page<Row> {
  readonly rows: Row[];
  readonly more: boolean;
}

export interface PageQuery {
  /** SQL of a select with one row more than are wanted, so that it is known whether there are more. */
  readonly from: string;
  /** Which rows are wanted first. */
  readonly order: string;
  readonly columns: string;
  /** Those of the columns that have texts of any length. */
  readonly texts: string;
  /** Order of the answer. */
  readonly shownBy: string;
  /** Parameters. */
  readonly limit: string;
  readonly bytes: string;
}

/** Bytes of a row but for its texts; about. */
const rowBytes = 512;

/** SQL: bytes of a text as it stands in JSON, where a control character becomes six. */
export const jsonBytes = (text: string): string => `octet_length(to_json(${text})::text)`;

/**
 * SQL: the rows that are wanted first, as many as the limit and the bytes allow, and the first one in any case. Postgres
 * counts the bytes, so that it sends no more than that.
 */
export const pageOf = ({ from, order, columns, texts, shownBy, limit, bytes }: PageQuery): string => `
  with found as (${from}), sized as (
    select *, row_number() over wanted as nth, count(*) over () as "foundRows",
      sum(${rowBytes} + ${jsonBytes(`concat(${texts})`)}) over (wanted rows unbounded preceding) as bytes
    from found window wanted as (order by ${order})
  )
  select ${columns}, "foundRows" from sized
  where nth = 1 or (nth <= ${limit}::int and bytes <= ${bytes}::int) order by ${shownBy}`;

/** What a query of {@link pageOf} returned. */
export function toPage<Row extends object>(rows: readonly (Row & { readonly foundRows: number })[]): Page<Row> {
  const more = (rows[0]?.foundRows ?? 0) > rows.length;
  // Rows cross the wire as they are: what only says how many there are is none of theirs.
  return { rows: rows.map(({ foundRows: _, ...row }) => row as unknown as Row), more };
}
