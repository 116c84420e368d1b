import { eventsOf, lifeOf, lives } from '@callstream/domain/testing';
import { testDatabase } from '@callstream/stack';
import { expectedRows, readRows } from '../testing/index.ts';
import {
  beginFilling,
  completeProjection,
  connectTables,
  createBareProjection,
  dropProjection,
  migrate,
  nextSchema,
  withConnection,
} from './index.ts';
import type { Tables } from './index.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
let next: Tables;
beforeAll(async () => {
  database = await testDatabase();
  await migrate(database.url);
  next = connectTables({ url: database.url, schema: nextSchema });
});
afterAll(async () => {
  await next.end();
  await database[Symbol.asyncDispose]();
});

const log = eventsOf([...lives.keys()].flatMap((name) => lifeOf(name)));
const repeats = [...new Set(log.slice(0, 20).map(({ uuid }) => uuid))];
const again = log.filter(({ uuid }) => repeats.includes(uuid)).map((event) => ({ ...event, id: event.id + 2 ** 40 }));

describe.each([
  ['that somebody has seen', repeats],
  ['of which nobody knows', null],
  ['of which only some were seen', repeats.slice(0, 3)],
  ['of which none was seen', []],
])('events that were filled in more than once, %s', (_, seen) => {
  it('are there once, as their first delivery, with the number of all', async () => {
    await dropProjection(next, nextSchema);
    await createBareProjection(next, nextSchema);
    await withConnection(next, async (client) => {
      const filling = await beginFilling(client);
      for (const event of [...log, ...again, ...again]) await filling.add(event);
      await filling.commit({ moves: [], calls: [], agents: [] });
    });
    await completeProjection(next, nextSchema, seen);
    expect((await readRows(next)).events).toEqual(expectedRows([...log, ...again, ...again]).events);
  });
});
