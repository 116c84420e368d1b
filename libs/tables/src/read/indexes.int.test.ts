import { testDatabase } from '@callstream/stack';
import { expectReadsToUseIndexes } from '../../testing/index-use.ts';

it("the gateway's queries use indexes and read few pages, with 50_000 events in the tables", async () => {
  await using database = await testDatabase();
  await expectReadsToUseIndexes(database.url, 50_000);
});
