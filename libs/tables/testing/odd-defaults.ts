import pg from 'pg';

/** A default of a session that `alter database … set` has changed. */
export interface OddDefault {
  readonly name: string;
  /** The default of Postgres. */
  readonly usual: string;
  readonly odd: string;
}

interface ChangeableSetting {
  readonly name: string;
  readonly usual: string;
  readonly type: 'bool' | 'enum' | 'integer' | 'real' | 'string';
  readonly choices: readonly string[] | null;
  readonly min: number | null;
}

/** Categories of pg_settings that change how a session reads, writes, plans, waits, or may write. */
const categories = [
  'Client Connection Defaults / Locale and Formatting',
  'Client Connection Defaults / Other Defaults',
  'Client Connection Defaults / Statement Behavior',
  'Connections and Authentication / TCP Settings',
  'Error Handling',
  'Lock Management',
  'Query Tuning / %',
  'Resource Usage / %',
  'Statistics / Cumulative Query and Index Statistics',
  'Vacuuming / %',
  'Version and Platform Compatibility / %',
  'Write-Ahead Log / %',
];

/** A text of which Postgres must know the parts; undefined: left out, because it names a file, or has no other value. */
const oddTexts: Readonly<Record<string, string | undefined>> = {
  DateStyle: 'SQL, DMY',
  TimeZone: 'America/Sao_Paulo',
  client_encoding: 'LATIN1',
  default_table_access_method: 'odd_heap',
  default_text_search_config: 'pg_catalog.english',
  lc_monetary: 'POSIX',
  lc_numeric: 'POSIX',
  lc_time: 'POSIX',
  restrict_nonsystem_relation_kind: 'view, foreign-table',
  search_path: 'odd',
  timezone_abbreviations: 'Australia',
};

/** Long enough to send one statement, and shorter than anything that waits. `idle_…` begins before the first statement. */
const timeoutsMs = { idle: '2000', other: '300' };

/** Smaller files of temporary data than a rebuild needs are the administrator's decision; without a limit, -1. */
const left = new Set(['temp_file_limit', 'transaction_deferrable', 'transaction_isolation', 'transaction_read_only']);

function oddValue({ name, usual, type, choices, min }: ChangeableSetting): string | undefined {
  if (/timeout/.test(name)) return name.startsWith('idle_session') ? timeoutsMs.idle : timeoutsMs.other;
  if (type === 'bool') return usual === 'on' ? 'off' : 'on';
  if (type === 'enum') return choices?.find((choice) => choice !== usual);
  if (type === 'string') return oddTexts[name];
  const least = min ?? 0;
  return least === Number(usual) ? String(type === 'real' ? least + 0.5 : least + 7) : String(least);
}

/**
 * Gives sessions of the database at `url` odd defaults for whatever changes parsing, output, time-outs, planning or write
 * access. Needs a superuser.
 */
export async function setOddDefaults(url: string): Promise<OddDefault[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<ChangeableSetting>(
      `select name, boot_val as usual, vartype as type, enumvals as choices, min_val::float8 as min from pg_settings
       where context in ('user', 'superuser') and category like any ($1::text[]) and name <> all ($2::text[])`,
      [categories, [...left]],
    );
    const odd = rows.flatMap((setting) => {
      const value = oddValue(setting);
      return value === undefined ? [] : [{ name: setting.name, usual: setting.usual, odd: value }];
    });
    await client.query('create access method odd_heap type table handler heap_tableam_handler');
    const database = pg.escapeIdentifier(new URL(url).pathname.slice(1));
    for (const { name, odd: value } of odd)
      // A list of names is not one name.
      await client.query(
        `alter database ${database} set ${name} = ${name === 'search_path' ? value : pg.escapeLiteral(value)}`,
      );
    return odd;
  } finally {
    await client.end();
  }
}
