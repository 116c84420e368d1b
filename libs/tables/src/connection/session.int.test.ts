import { testDatabase } from '@callstream/stack';
import { connectTables } from '../index.ts';
import { setOddDefaults } from '../../testing/odd-defaults.ts';
import { poolOf } from './tables.ts';

/** What only an administrator can judge: costs and memory of the machine, durability, statistics, and what needs a superuser. */
const administrators = [
  /_cost$/,
  /^(jit|parallel|max_parallel|min_parallel|effective|maintenance|track|vacuum|wal|commit|log)_/,
  /^(autovacuum|backend_flush_after|file_copy_method|io_combine_limit|hash_mem_multiplier|work_mem|temp_buffers)/,
  /^(jit|synchronous_commit|synchronize_seqscans|stats_fetch_consistency|default_statistics_target|max_stack_depth)$/,
  /^(default_toast_compression|gin_pending_list_limit|client_connection_check_interval|logical_decoding_work_mem)$/,
  /^(deadlock_timeout|event_triggers|session_replication_role|lo_compat_privileges|icu_validation_level)$/,
];

it('a session has our settings, whatever the defaults of the database', async () => {
  await using database = await testDatabase();
  const odd = await setOddDefaults(database.url);
  const options = { max: 1, applicationName: 'odd', statementTimeoutMs: 1_234, idleInTransactionTimeoutMs: 5_678 };
  const db = connectTables({ url: `${database.url}?options=-c%20search_path%3Dother&application_name=x`, ...options });
  try {
    const { rows } = await poolOf(db).query<{ name: string; setting: string }>('select name, setting from pg_settings');
    const settings = new Map(rows.map(({ name, setting }) => [name, setting]));
    const kept = odd.filter((setting) => settings.get(setting.name) === setting.odd).map(({ name }) => name);
    expect(kept.filter((name) => !administrators.some((pattern) => pattern.test(name)))).toEqual([]);
    expect(odd.length - kept.length).toBeGreaterThan(60);
    expect(Object.fromEntries(settings)).toMatchObject({
      TimeZone: 'UTC',
      application_name: 'odd',
      default_transaction_read_only: 'off',
      idle_in_transaction_session_timeout: '5678',
      search_path: 'projection',
      statement_timeout: '1234',
    });
  } finally {
    await db.end();
  }
});

it.each([
  ['LATIN1', /encoding LATIN1, and callstream needs UTF8.*create database/],
  ['SQL_ASCII', /encoding SQL_ASCII/],
])('a database with the encoding %s is refused before it is used', async (encoding, message) => {
  await using database = await testDatabase({ encoding });
  const db = connectTables({ url: database.url, max: 1 });
  await expect(poolOf(db).query('select 1')).rejects.toThrow(message);
  await db.end();
});
