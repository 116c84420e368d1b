import { liveSchema } from '../connection/schema-names.ts';
import { sqlOf } from '../connection/tables.ts';
import type { Tables } from '../connection/tables.ts';
import { readSchemas } from '../projection/schemas.ts';
import { checkDatabase } from './check-database.ts';
import type { DatabaseRequirements } from './check-database.ts';

/** A larger difference between our clock and that of Postgres is a warning, in ms. */
const clockDifferenceMsMax = 2_000;

export interface DatabaseDiagnosis {
  readonly facts: readonly string[];
  readonly warnings: readonly string[];
  readonly problems: readonly string[];
}

interface ServerState {
  readonly version: string;
  readonly database: string;
  readonly user: string;
  readonly isStandby: boolean;
  /** ms since 1970. */
  readonly now: number;
}

/** Checks all that a service needs of Postgres, for a person who looks for what is wrong. @throws as {@link checkDatabase} */
export async function diagnoseDatabase(db: Tables, requirements: DatabaseRequirements): Promise<DatabaseDiagnosis> {
  await checkDatabase(db, requirements);
  const { state, clockDifferenceMs } = await readServerState(db);
  const live = (await readSchemas(db)).find(({ schema }) => schema === liveSchema);
  const problems = [];
  if (state.isStandby)
    problems.push(
      'This server is a standby, which takes no writes and notifies of none. Set DATABASE_URL to the primary.',
    );
  if (live === undefined) problems.push('There are no tables. Create them: npm run projector -- migrate');
  const warnings = [];
  if (Math.abs(clockDifferenceMs) > clockDifferenceMsMax)
    warnings.push(
      `Its clock is ${Math.round(Math.abs(clockDifferenceMs) / 100) / 10} s ${clockDifferenceMs > 0 ? 'ahead of' : 'behind'} the clock of this machine. Synchronise both (NTP).`,
    );
  if (live?.current === false)
    warnings.push(
      'Another version of callstream made the tables. See npm run projector -- status, and docs/upgrade.md.',
    );
  const facts = [`version ${state.version}, database "${state.database}", user "${state.user}"`];
  return { facts, warnings, problems };
}

async function readServerState(db: Tables): Promise<{ state: ServerState; clockDifferenceMs: number }> {
  const before = Date.now();
  const { rows } = await sqlOf(db).query<ServerState>(
    `select current_setting('server_version') as version, current_database() as database, current_user as user,
       pg_is_in_recovery() as "isStandby", extract(epoch from clock_timestamp())::float8 * 1000 as now`,
  );
  const after = Date.now();
  const [state] = rows;
  if (!state) throw new Error('Postgres returned no row.');
  // Within the round trip both clocks are the same to us.
  const clockDifferenceMs = state.now > after ? state.now - after : Math.min(0, state.now - before);
  return { state, clockDifferenceMs };
}
