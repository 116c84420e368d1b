import { testDatabase } from '@callstream/stack';
import { executeReads, makeMany } from '../testing/index.ts';
import { connectTables, migrate } from './index.ts';

const events = 50_000;
/** Pages of 8 KiB that one read may look at: a list of 1,000 calls is at most a page each, and some of the indexes. */
const pagesMax = 2_000;

it("the gateway's queries use indexes and look at few pages, with 50_000 events in the tables", async () => {
  await using database = await testDatabase();
  await migrate(database.url);
  const db = connectTables({ url: database.url });
  try {
    await makeMany(db, events);
    const executed = await executeReads(db);
    expect(executed.size).toBe(18);
    for (const [read, { scanned, indexes, pages }] of executed) {
      expect({ read, scanned }).toEqual({ read, scanned: [] });
      expect(indexes.length).toBeGreaterThan(0);
      expect({ read, few: pages < pagesMax, pages }).toEqual({ read, few: true, pages });
    }
  } finally {
    await db.end();
  }
}, 120_000);
