import { readFile, writeFile } from 'node:fs/promises';
import { testDatabase } from '@callstream/stack';
import { migratedDatabase } from '../../testing/migrated-database.ts';
import { describeSchema } from '../../testing/index.ts';
import type { ColumnDescription } from '../../testing/index.ts';
import type { Tables } from '../index.ts';
import { poolOf } from '../connection/tables.ts';

// Long, so that a busy machine is no failure; a hang still is.
const file = new URL('../../../../docs/reference/tables.md', import.meta.url);
const stack = new AsyncDisposableStack();
let db: Tables;
let columns: ColumnDescription[];

beforeAll(async () => {
  ({ db } = stack.use(await migratedDatabase(testDatabase)));
  columns = await describeSchema(db, 'projection');
});
afterAll(() => stack.disposeAsync());

describe('the tables', () => {
  it('have a comment on each, and on every column', () => {
    expect(columns.length).toBeGreaterThan(100);
    expect(columns.filter(({ about, meaning }) => about === null || meaning === null)).toEqual([]);
  });

  it('have only times with a time zone', () => {
    expect(columns.filter(({ type }) => type.startsWith('timestamp without') || type === 'date')).toEqual([]);
    const times = columns.filter(({ column }) => /_(at|since)$|^(at|hour|day)$/.test(column));
    expect(times.length).toBeGreaterThan(30);
    expect(times.filter(({ type }) => type !== 'timestamp with time zone')).toEqual([]);
  });

  it('match the descriptions in docs/reference/tables.md', async () => {
    const text = await readFile(file, 'utf8');
    const marker = /<!-- From here on generated[^\n]*-->\n/.exec(text);
    if (!marker) throw new Error('docs/reference/tables.md lacks the comment "<!-- From here on generated … -->".');
    const expected = text.slice(0, marker.index + marker[0].length) + render(columns);
    if (process.env['UPDATE_DOCS'] === '1') await writeFile(file, expected);
    else expect(text).toBe(expected);
  });
});

describe('the queries in docs/reference/tables.md', () => {
  it('run', async () => {
    const queries = [...(await readFile(file, 'utf8')).matchAll(/```sql\n(.*?)```/gs)].map((match) => match[1] ?? '');
    expect(queries.length).toBeGreaterThan(8);
    for (const query of queries) await poolOf(db).query(query);
  });
});

function render(all: readonly ColumnDescription[]): string {
  const tables = Map.groupBy(all, ({ table }) => table);
  const cell = (text: string | null): string => (text ?? '').replaceAll('|', '\\|');
  return [...tables.values()]
    .map((tableColumns) => {
      const [{ table, kind, about } = { table: '', kind: '', about: '' }] = tableColumns;
      const rows = tableColumns.map(({ column, type, meaning }) => [`\`${column}\``, cell(type), cell(meaning)]);
      const cells = [['column', 'type', 'meaning'], ...rows];
      const widths = [0, 1, 2].map((i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
      const line = (row: readonly string[]): string =>
        `| ${row.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' | ')} |`;
      const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
      return `\n## ${kind} ${table}\n\n${about ?? ''}\n\n${[line(cells[0] ?? []), rule, ...rows.map(line)].join('\n')}\n`;
    })
    .join('');
}
