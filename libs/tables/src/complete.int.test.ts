import type { CallEvent } from '@callstream/domain';
import { eventsOf, lifeOf, lives } from '@callstream/domain/testing';
import { testDatabase } from '@callstream/stack';
import { expectedRows, readRows } from '../testing/index.ts';
import {
  beginFilling,
  completeProjection,
  connectTables,
  createBareProjection,
  createRepeats,
  dropProjection,
  migrate,
  nextSchema,
  withConnection,
} from './index.ts';
import type { Repeats, Tables } from './index.ts';

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

async function fillBare(fillings: readonly (readonly CallEvent[])[], seen: Repeats | null): Promise<void> {
  await dropProjection(next, nextSchema);
  await createBareProjection(next, nextSchema);
  for (const events of fillings)
    await withConnection(next, async (client) => {
      const filling = await beginFilling(client, seen);
      for (const event of events) await filling.add(event);
      await filling.commit({ moves: [], calls: [], agents: [] });
    });
}

describe.each([
  ['that somebody has seen', repeats],
  ['of which nobody knows', null],
  ['of which only some were seen', repeats.slice(0, 3)],
  ['of which none was seen', []],
])('events that were filled in more than once, %s', (_, noted) => {
  it('are there once, as their first delivery, with the number of all', async () => {
    await fillBare([[...log, ...again, ...again]], null);
    await completeProjection(next, nextSchema, noted);
    expect((await readRows(next)).events).toEqual(expectedRows([...log, ...again, ...again]).events);
  });
});

describe('events that come again while they are filled in', () => {
  const rowCount = async (): Promise<number> =>
    (await next.query<{ count: number }>('select count(*)::int as count from events')).rows[0]?.count ?? 0;

  it('are not written again as long as they wait to be sent, and nothing is left to be merged', async () => {
    const seen = createRepeats();
    await fillBare([[...log, ...again]], seen);
    expect(seen.noted()).toEqual([]);
    expect(await rowCount()).toBe(new Set(log.map(({ uuid }) => uuid)).size);
    await completeProjection(next, nextSchema, seen.noted());
    expect((await readRows(next)).events).toEqual(expectedRows([...log, ...again]).events);
  });

  it.each([
    ['later', [log, again, again]],
    ['with the earlier delivery behind the later one', [[...again, ...log]]],
    ['more often than a digit tells', [[...log, ...Array.from({ length: 25 }, () => again).flat()]]],
  ])('%s, are written again, and noted', async (_, fillings) => {
    const seen = createRepeats();
    await fillBare(fillings, seen);
    expect(new Set(seen.noted())).toEqual(new Set(repeats));
    await completeProjection(next, nextSchema, seen.noted());
    expect((await readRows(next)).events).toEqual(expectedRows(fillings.flat()).events);
  });
});
