import { sqlOf } from '../connection/tables.ts';
import type { Tables } from '../connection/tables.ts';

/** A service with a connection to this database. */
export interface ConnectedService {
  /** Its `application_name`. */
  readonly name: string;
  /** IP address of its machine; null for a local connection, or without the right to see it. */
  readonly address: string | null;
  readonly pid: number;
}

/** The projectors and gateways connected to this database, one entry per name and address. */
export async function readConnectedServices(db: Tables): Promise<ConnectedService[]> {
  const { rows } = await sqlOf(db).query<ConnectedService>(
    `select distinct on (application_name, client_addr) application_name as name, host(client_addr) as address, pid
     from pg_stat_activity
     where datname = current_database() and application_name in ('callstream-projector', 'callstream-gateway')
     order by application_name, client_addr, pid`,
  );
  return rows;
}
