import pg from 'pg';
import { liveSchema } from './schema-names.ts';
import type { ProjectionSchema } from './schema-names.ts';

export interface DatabaseSessionOptions {
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** `search_path` of the connection; the live projection if not given. */
  readonly schema?: ProjectionSchema;
  /** Postgres cancels a statement that takes longer; 0 for no limit. */
  readonly statementTimeoutMs?: number;
  /** Postgres rolls back a transaction that is idle for longer, and closes its connection; 0 for no limit. */
  readonly idleInTransactionTimeoutMs?: number;
}

/**
 * Settings on which the meaning of our statements, their output, or long work depends: `alter database … set` and
 * `alter role … set` may have changed any of them. What only an administrator can judge stays as it is: memory, costs of the
 * machine, parallelism, JIT, durability of commits, tablespaces, logging; and `role`, which roles.sql asks for.
 */
const fixedSettings = {
  // Time-outs. `statement_timeout` is set last.
  lock_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  tcp_user_timeout: '0',
  tcp_keepalives_idle: '0',
  tcp_keepalives_interval: '0',
  tcp_keepalives_count: '0',
  vacuum_cost_delay: '0',
  // Transactions.
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  exit_on_error: 'off',
  // How statements are read.
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  escape_string_warning: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  timezone_abbreviations: 'Default',
  xmloption: 'content',
  default_text_search_config: 'pg_catalog.simple',
  check_function_bodies: 'on',
  default_table_access_method: 'heap',
  // Which rows they see.
  row_security: 'on',
  restrict_nonsystem_relation_kind: '',
  gin_fuzzy_search_limit: '0',
  // How results are written.
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  xmlbinary: 'base64',
  quote_all_identifiers: 'off',
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
  client_min_messages: 'notice',
  // Plans: the switches below, `enable_…`, get their defaults too.
  plan_cache_mode: 'auto',
  constraint_exclusion: 'partition',
  cursor_tuple_fraction: '0.1',
  from_collapse_limit: '8',
  join_collapse_limit: '8',
  geqo: 'on',
  geqo_threshold: '12',
  geqo_effort: '5',
  geqo_generations: '0',
  geqo_pool_size: '0',
  geqo_seed: '0',
  geqo_selection_bias: '2',
  recursive_worktable_factor: '10',
  debug_parallel_query: 'off',
  force_parallel_mode: 'off',
} as const;

/**
 * SQL that makes the session ours, in one round trip. By SET, because poolers such as PgBouncer refuse start parameters. It
 * must mean the same under any setting, so it has no backslash, and names are searched in `pg_catalog` only. Settings that
 * this version of Postgres does not have are left out.
 */
export function sessionSql({
  applicationName = 'callstream',
  schema = liveSchema,
  statementTimeoutMs = 0,
  idleInTransactionTimeoutMs = 0,
}: DatabaseSessionOptions): string {
  const settings = Object.entries({
    search_path: schema,
    application_name: applicationName,
    idle_in_transaction_session_timeout: String(idleInTransactionTimeoutMs),
  }).concat(Object.entries(fixedSettings));
  const values = settings.map(([name, value]) => `(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)})`);
  return [
    // Not deferrable: with a default of serializable and deferrable it would wait for other transactions.
    'begin isolation level read committed not deferrable',
    'set local statement_timeout = 0',
    'set local search_path = pg_catalog',
    `select count(set_config(name, value, false)) from (values ${values.join()}) setting (name, value)
     where current_setting(name, true) is not null`,
    `select count(set_config(name, boot_val, false)) from pg_settings
     where starts_with(name, 'enable_') and context = 'user' and setting <> boot_val`,
    `set statement_timeout = ${statementTimeoutMs}`,
    'commit',
    `select current_setting('server_encoding') as encoding, current_setting('server_version_num')::int as version`,
  ].join('; ');
}
