import type { Tables } from '../connection/pool.ts';

/** A service that has a connection to this database. */
export interface ConnectedService {
  /** As it calls itself. */
  readonly name: string;
  /** Address of its machine; null if it is on that of Postgres, or if we may not know. */
  readonly address: string | null;
  readonly pid: number;
}

/** The projectors and gateways that are connected to this database, each once. */
export async function readConnectedServices(db: Tables): Promise<ConnectedService[]> {
  const { rows } = await db.query<ConnectedService>(
    `select distinct on (application_name, client_addr) application_name as name, host(client_addr) as address, pid
     from pg_stat_activity
     where datname = current_database() and application_name in ('callstream-projector', 'callstream-gateway')
     order by application_name, client_addr, pid`,
  );
  return rows;
}
