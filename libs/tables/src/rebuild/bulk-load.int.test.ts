import { eventsOf, fixtureLog } from '@callstream/domain/testing';
import { testDatabase } from '@callstream/stack';
import { poolOf } from '../connection/tables.ts';
import { connectTables, createBareProjection, createBulkLoader, nextSchema, withConnection } from '../index.ts';

/** Events until the error must have come: more bytes than the buffers between us and Postgres have. */
const eventsMax = 1_000;

it('an error of Postgres within a COPY is the error of the bulk load', async () => {
  await using database = await testDatabase();
  const db = connectTables({ url: database.url, schema: nextSchema, max: 2 });
  await createBareProjection(db, nextSchema);
  await poolOf(db).query(`alter table events add constraint refused check (call_id <> 'refused')`);
  const [event] = eventsOf(fixtureLog('01-nominal'));
  if (!event) throw new Error('The fixture has no events.');
  const json = JSON.stringify({ pad: 'x'.repeat(300_000) });
  const load = withConnection(db, async (connection) => {
    const { add, commit } = await createBulkLoader(null)(connection);
    await add(Object.assign({}, event, { json, callId: 'refused' }));
    for (let id = 1; id < eventsMax; id++) await add(Object.assign({}, event, { json, id, uuid: crypto.randomUUID() }));
    await commit([]);
  });
  await expect(load).rejects.toMatchObject({ code: '23514', constraint: 'refused' });
  await db.end();
});
