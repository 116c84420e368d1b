/** What {@link sessionSql} reads of the server. */
export interface ServerFacts {
  /** `server_encoding` of the database. */
  readonly encoding: string;
  /** `server_version_num`: 150000 is version 15. */
  readonly version: number;
}

/** The oldest version of Postgres that is tested. */
const majorMin = 15;

/** Postgres, or what is between it and us, cannot hold the tables. The message has the remedy; a retry does not help. */
export class UnsupportedPostgres extends Error {
  override readonly name = 'UnsupportedPostgres';
}

/** Why the database cannot hold the tables; null if it can. */
export function unsupportedServer(facts: ServerFacts | undefined): UnsupportedPostgres | null {
  if (!facts) return null;
  const { encoding, version } = facts;
  if (version < majorMin * 10_000)
    return new UnsupportedPostgres(
      `Postgres ${Math.floor(version / 10_000)} is too old: callstream needs version ${majorMin} or newer. Upgrade it, or set DATABASE_URL to a newer one.`,
    );
  if (encoding !== 'UTF8')
    return new UnsupportedPostgres(
      `The database has the encoding ${encoding}, and callstream needs UTF8: others cannot hold every text. Create one with: create database callstream encoding 'UTF8' template template0, and set DATABASE_URL to it.`,
    );
  return null;
}
