import { sqlOf } from '../connection/tables.ts';
import type { Tables } from '../connection/tables.ts';
import { liveSchema } from '../connection/schema-names.ts';
import { readSchemas } from '../projection/schemas.ts';

export interface DataFolder {
  /** Folder of the data of Postgres. */
  readonly folder: string;
  /** Size of the live tables, in bytes. */
  readonly liveBytes: number;
}

/** Where Postgres has its data; null if it runs on another machine, or our user may not know. */
export async function readDataFolder(db: Tables): Promise<DataFolder | null> {
  const { rows } = await sqlOf(db).query<{ folder: string }>(
    `select setting as folder from pg_settings where name = 'data_directory'
       and coalesce(inet_server_addr() <<= '127.0.0.0/8' or inet_server_addr() = '::1', true)`,
  );
  const [data] = rows;
  if (!data) return null;
  const live = (await readSchemas(db)).find(({ schema }) => schema === liveSchema);
  return { folder: data.folder, liveBytes: live?.bytes ?? 0 };
}
