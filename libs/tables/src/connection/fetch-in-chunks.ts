import type { ClientBase } from 'pg';

/** Rows that one fetch brings. */
const fetchRows = 1_000;

export interface ChunkedQuery<Row> {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly onRows: (rows: readonly Row[]) => void | Promise<void>;
}

/** Runs a query of the transaction and hands its rows over piece by piece, so that memory stays bounded. */
export async function fetchInChunks<Row extends object>(
  client: ClientBase,
  { text, values = [], onRows }: ChunkedQuery<Row>,
): Promise<void> {
  await client.query(`declare piece no scroll cursor for ${text}`, [...values]);
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${fetchRows} from piece`);
    if (rows.length === 0) break;
    await onRows(rows);
  }
  await client.query('close piece');
}
