import { sqlOf } from '../connection/tables.ts';
import type { Tables } from '../connection/tables.ts';

/** A service with a connection to this database. */
export interface ConnectedService {
  /** Its `application_name`, without what follows the name of the service. */
  readonly name: string;
  /** IP address of its machine; null for a local connection, or without the right to see it. */
  readonly address: string | null;
  readonly pid: number;
}

/**
 * The projectors and gateways connected to this database, one entry per name and address. An idle gateway keeps only the connection
 * of its board.
 */
export async function readConnectedServices(db: Tables): Promise<ConnectedService[]> {
  const { rows } = await sqlOf(db).query<ConnectedService>(
    `select distinct on (name, client_addr) name, host(client_addr) as address, pid
     from pg_stat_activity, substring(application_name from '^callstream-(?:projector|gateway)') as name
     where datname = current_database() and name is not null
     order by name, client_addr, pid`,
  );
  return rows;
}
