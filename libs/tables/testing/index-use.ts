import { connectTables, migrate } from '../src/index.ts';
import { executeReads } from './gateway-reads.ts';
import { insertGeneratedCalls } from './generated-calls.ts';

/** Pages of 8 KiB that one read may look at: a list of 1,000 calls is at most a page each, and some of the indexes. */
const pagesMax = 2_000;

/** With so many events in the tables of an empty database, the gateway's queries use indexes and look at few pages. */
export async function expectReadsToUseIndexes(url: string, events: number): Promise<void> {
  await migrate(url);
  const db = connectTables({ url });
  try {
    await insertGeneratedCalls(db, events);
    // The last minute of what was made: presence looks back a small part of what there is.
    const executed = await executeReads(db, Date.UTC(2026, 2, 2) + (events / 10 - 60) * 1_000);
    expect(executed.size).toBe(20);
    for (const [read, { scanned, indexes, pages }] of executed) {
      // Of agents there are few.
      expect({ read, scanned: scanned.filter((table) => table !== 'agents') }).toEqual({ read, scanned: [] });
      expect(indexes.length + scanned.length).toBeGreaterThan(0);
      expect({ read, few: pages < pagesMax, pages }).toEqual({ read, few: true, pages });
    }
  } finally {
    await db.end();
  }
}
