import { poolOf } from '../src/connection/tables.ts';
import { bucketTables, connectTables, migrate } from '../src/index.ts';
import { executeReads } from './gateway-reads.ts';
import { insertGeneratedCalls } from './generated-calls.ts';

/** Most pages of 8 KiB that one query may read: a list of 1,000 calls reads at most a page per call, and some of the indexes. */
const pagesMax = 2_000;

const smallTables: readonly string[] = ['agents', 'agent_sessions', 'bucket_marks', ...bucketTables];

/** Fills an empty database with `events` events, and checks that the gateway's queries use indexes and read few pages. */
export async function expectReadsToUseIndexes(url: string, events: number): Promise<void> {
  await migrate(url);
  const db = connectTables({ url });
  try {
    await insertGeneratedCalls(db, events);
    // Summarises the block ranges of BRIN indexes, as autovacuum does in a running system.
    await poolOf(db).query('vacuum');
    // Presence looks back at the last minute only, a small part of the data.
    const executed = await executeReads(db, Date.UTC(2026, 2, 2) + (events / 10 - 60) * 1_000);
    expect(executed.size).toBe(37);
    for (const [read, { scanned, indexes, pages }] of executed) {
      // These tables are small here, so that a scan is fine.
      expect({ read, scanned: scanned.filter((table) => !smallTables.includes(table)) }).toEqual({ read, scanned: [] });
      expect(indexes.length + scanned.length).toBeGreaterThan(0);
      expect({ read, few: pages < pagesMax, pages }).toEqual({ read, few: true, pages });
    }
  } finally {
    await db.end();
  }
}
