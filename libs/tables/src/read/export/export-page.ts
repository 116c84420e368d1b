import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import { pageOf, responseBytesMax, toPage } from '../page.ts';
import type { Period } from '../numbers/periods.ts';

/** Most rows of one page. */
export const exportRowsMax = 1_000;

/** The last row of a page, for the next one: its time, and what orders rows of the same time. */
export type ExportCursor = readonly [at: string, id: string, n: number];

/** One page of an export: rows of a period, in the order of their times. */
export interface ExportPageOptions extends Period {
  /** Only rows after this one; null: from the first one. */
  readonly after: ExportCursor | null;
  /** 1 to {@link exportRowsMax}. */
  readonly limit: number;
  /** Only rows of these queues; undefined: all. */
  readonly queues?: readonly string[] | undefined;
  /** Only rows that belong to these queues; null: all. */
  readonly visibleQueues: readonly string[] | null;
}

export interface ExportPage<Row> {
  readonly rows: readonly Row[];
  /** `after` of the next page; null: there are no more rows. */
  readonly next: ExportCursor | null;
}

interface ExportSql {
  /** SQL: a select of up to `$6` + 1 rows by {@link inPage}, with what orders them as `page_at`, `page_id` and `page_n`. */
  readonly from: string;
  readonly columns: string;
  /** SQL: the columns with texts of variable length, whose bytes are counted. */
  readonly texts: string;
}

/** SQL: whether a row is of the period (`$1`, `$2`) and after the cursor (`$3` to `$5`). */
export const inPage = (at: string, id: string, n: string): string => `
  ${at} >= $1::timestamptz and ${at} < $2::timestamptz
  and ($3::timestamptz is null or (${at}, ${id}, ${n}) > ($3, $4::text collate "C", $5::bigint))`;

const cursorColumns = 'page_at, page_id, page_n';
/** SQL: the cursor of a row. */
export const cursorSql = `json_build_array(${cursorColumns}) as cursor`;

/** SQL: the query of a page. Further parameters begin at `$8`: `$6` is the limit and `$7` the bytes. */
export const exportPageSql = ({ from, columns, texts }: ExportSql): string =>
  pageOf({
    from,
    order: cursorColumns,
    columns: `${columns}, ${cursorSql}`,
    texts,
    displayOrder: cursorColumns,
    limit: '$6',
    bytes: '$7',
  });

/** Runs a query of {@link exportPageSql}. `values`: from `$8` on. */
export async function readExportPage<Row extends object>(
  db: Queryable,
  { from, to, after, limit }: ExportPageOptions,
  { text, values }: { readonly text: string; readonly values: readonly unknown[] },
): Promise<ExportPage<Row>> {
  const [at = null, id = null, n = null] = after ?? [];
  // No prepared statement: a generic plan for a minute and for a month would suit neither.
  const result = await sqlOf(db).query<Row & { readonly cursor: ExportCursor; readonly foundRows: number }>({
    text,
    values: [from, to, at, id, n, Math.min(limit, exportRowsMax), responseBytesMax, ...values],
  });
  const { rows, more } = toPage(result.rows);
  const next = more ? (rows.at(-1)?.cursor ?? null) : null;
  return { rows: rows.map(({ cursor: _, ...row }) => row as unknown as Row), next };
}
