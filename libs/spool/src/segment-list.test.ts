import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolder } from './folder.ts';
import type { SpooledRecord } from './messages.ts';
import { openSegments } from './segment-list.ts';

const record: SpooledRecord = {
  partition: 0,
  at: 1,
  bytes: 1,
  topic: 't',
  key: 'k',
  value: Buffer.from('{}'),
  headers: '{}',
};
const name = '000000000001.db';
const limits = { records: 10, bytes: 1_000 };

/** A spool of one segment with two records, of which `damage` has damaged one. */
function damagedSpool(damage: string) {
  const dir = mkdtempSync(join(tmpdir(), 'callstream-segments-'));
  const written = openSegments(dir);
  written.writable().append([record, record]);
  for (const segment of written.all.values()) segment.close();
  const db = new DatabaseSync(join(dir, name));
  db.exec(damage);
  db.close();
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true }) };
}

// node:sqlite throws a RangeError for such a number, as for a bug of ours, and SQLite has no checksums that would tell.
it('a segment with a number that is too large is marked torn when it is opened', () => {
  using spool = damagedSpool(`update records set id = ${2n ** 60n} where id = 2`);
  const { all, torn } = openSegments(spool.dir);
  expect([[...all], torn]).toEqual([[], [`${name}.torn`]]);
  expect(existsSync(join(spool.dir, `${name}.torn`))).toBe(true);
});

it('a segment with a number that is too large is marked torn when it is read', () => {
  using spool = damagedSpool(`update records set at = ${2n ** 60n} where id = 2`);
  const folder = openFolder(spool.dir);
  expect(folder.status().torn).toEqual([]);
  expect(folder.take(0, limits)).toBeNull();
  expect(folder.status().torn).toEqual([`${name}.torn`]);
  folder.close();
});

it('a damaged refused.db is marked torn, and records are quarantined in a new one', () => {
  using spool = damagedSpool('select 1');
  writeFileSync(join(spool.dir, 'refused.db'), 'this is no database, and never was one'.repeat(100));
  const folder = openFolder(spool.dir);
  expect(folder.status()).toMatchObject({ torn: ['refused.db.torn'], quarantined: 0 });
  folder.quarantine({ partition: 0, segment: name, id: 1, reason: 'too large' });
  expect(folder.status().quarantined).toBe(1);
  folder.close();
});
