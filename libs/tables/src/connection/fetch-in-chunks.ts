import type { ClientBase } from 'pg';

const chunkRows = 1_000;

export interface ChunkedQuery<Row> {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly onRows: (rows: readonly Row[]) => void | Promise<void>;
}

/** Reads the rows of a query through a server-side cursor, so that memory stays bounded. Only inside a transaction. */
export async function fetchInChunks<Row extends object>(
  client: ClientBase,
  { text, values = [], onRows }: ChunkedQuery<Row>,
): Promise<void> {
  await client.query(`declare chunks no scroll cursor for ${text}`, [...values]);
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${chunkRows} from chunks`);
    if (rows.length === 0) break;
    await onRows(rows);
  }
  await client.query('close chunks');
}
