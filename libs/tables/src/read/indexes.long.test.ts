import { testDatabase } from '@callstream/stack';
import { expectReadsToUseIndexes } from '../../testing/index-use.ts';

it("the gateway's queries use indexes and read few pages, with 5_000_000 events in the tables", async () => {
  await using database = await testDatabase();
  await expectReadsToUseIndexes(database.url, 5_000_000);
}, 900_000);
