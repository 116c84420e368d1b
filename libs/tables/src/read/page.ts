/**
 * Most bytes of JSON that the rows of one response may have. The largest event that ingest accepts fits, although jsonb
 * formats its body with up to 50% more bytes.
 */
export const responseBytesMax = 2 * 1024 * 1024;

/** A page of a list, and whether more rows follow. */
export interface Page<Row> {
  readonly rows: Row[];
  readonly more: boolean;
}

export interface PageQuery {
  /** SQL: a select that returns up to one row more than the limit, which shows whether more rows follow. */
  readonly from: string;
  /** SQL: order by which rows get into the page. */
  readonly order: string;
  readonly columns: string;
  /** SQL: the columns with texts of variable length, whose bytes are counted. */
  readonly texts: string;
  /** SQL: order of the rows in the page. */
  readonly displayOrder: string;
  /** SQL parameter, `$n`: most rows. */
  readonly limit: string;
  /** SQL parameter, `$n`: most bytes. */
  readonly bytes: string;
}

/** Approximate bytes of a row without its texts. */
const rowBytes = 512;

/** SQL: bytes of a text in JSON, where a control character takes six. */
export const jsonBytes = (text: string): string => `octet_length(to_json(${text})::text)`;

/**
 * SQL: the CTE `sized`, which is the CTE `counted` with the bytes of each count (`own`) and of all up to it (`bytes`) in this
 * order. `countBytes`: approximate bytes of a count without the name of its queue.
 */
export const sizedCounts = (countBytes: number, order: string): string => {
  const own = `${countBytes} + ${jsonBytes('queue')}`;
  return `sized as (select *, ${own} as own, sum(${own}) over (order by ${order}) as bytes from counted)`;
};

/** Approximate bytes of a count in JSON, as {@link sizedCounts} counts them. */
export const bytesOfCountOf =
  (countBytes: number) =>
  ({ queue }: { readonly queue: string | null }): number =>
    countBytes + Buffer.byteLength(JSON.stringify(queue ?? ''));

/**
 * SQL: the first rows, as many as the limit and the bytes allow, but at least one. Postgres counts the bytes, so that it
 * sends no more than that.
 */
export const pageOf = ({ from, order, columns, texts, displayOrder, limit, bytes }: PageQuery): string => `
  with found as (${from}), sized as (
    select *, row_number() over page as nth, count(*) over () as "foundRows",
      sum(${rowBytes} + ${jsonBytes(`concat(${texts})`)}) over (page rows unbounded preceding) as bytes
    from found window page as (order by ${order})
  )
  select ${columns}, "foundRows" from sized
  where nth = 1 or (nth <= ${limit}::int and bytes <= ${bytes}::int) order by ${displayOrder}`;

/** The result of a query of {@link pageOf}. */
export function toPage<Row extends object>(rows: readonly (Row & { readonly foundRows: number })[]): Page<Row> {
  const more = (rows[0]?.foundRows ?? 0) > rows.length;
  // Rows are sent to clients as they are, so the count is removed.
  return { rows: rows.map(({ foundRows: _, ...row }) => row as unknown as Row), more };
}
