import { randomUUID } from 'node:crypto';
import type { CallEvent } from '@callstream/domain';
import { eventsOf, fixtureLog, fixtureEvents, logs } from '@callstream/domain/testing';
import { testDatabase } from '@callstream/stack';
import fc from 'fast-check';
import { expectedRows, readRows } from '../../testing/index.ts';
import {
  completeProjection,
  connectTables,
  createBareProjection,
  createBulkLoader,
  createDuplicateDetector,
  dropProjection,
  migrate,
  nextSchema,
  tableNames,
  withConnection,
} from '../index.ts';
import type { BeginBulkLoad, Tables } from '../index.ts';

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

const log = eventsOf([...fixtureEvents.keys()].flatMap((name) => fixtureLog(name)));
const duplicateUuids = [...new Set(log.slice(0, 20).map(({ uuid }) => uuid))];
const again = log
  .filter(({ uuid }) => duplicateUuids.includes(uuid))
  .map((event) => ({ ...event, id: event.id + 2 ** 40 }));

/** Transactions one after the other, each begun by its filler. */
async function fillBare(...fillings: (readonly [BeginBulkLoad, readonly CallEvent[]])[]): Promise<void> {
  await dropProjection(next, nextSchema);
  await createBareProjection(next, nextSchema);
  for (const [beginFilling, events] of fillings)
    await withConnection(next, async (client) => {
      const filling = await beginFilling(client);
      for (const event of events) await filling.add(event);
      await filling.commit([]);
    });
}
const detectingLoader = (): BeginBulkLoad => createBulkLoader(createDuplicateDetector());

const uuidsOf = async (table: string): Promise<string[]> =>
  (await next.query<{ uuid: string }>(`select uuid from ${table}`)).rows.map(({ uuid }) => uuid);

describe.each([
  ['that somebody has seen', [[log, again, again]], false],
  ['of which nobody knows', null, true],
  ['of which only some were seen', [[[...log, ...again.slice(0, 3)]], [again.slice(3)], [again]], false],
  ['of which none was seen', null, false],
])('events that were filled in more than once, %s', (_, noticed, mayRepeat) => {
  it('are there once, as their first delivery, with the number of all', async () => {
    const all = [...log, ...again, ...again];
    const fillings = (noticed ?? []).flatMap((some) => {
      const filler = detectingLoader();
      return some.map((events) => [filler, events] as const);
    });
    await (noticed ? fillBare(...fillings) : fillBare([createBulkLoader(null), all]));
    await completeProjection(next, nextSchema, { mayRepeat });
    expect((await readRows(next)).events).toEqual(expectedRows(all).events);
  });
});

describe('events that come again while they are filled in', () => {
  const distinct = new Set(log.map(({ uuid }) => uuid));

  it('are not written again as long as they wait to be sent, and nothing is left to be merged', async () => {
    await fillBare([detectingLoader(), [...log, ...again]]);
    expect(await uuidsOf('events_again')).toEqual([]);
    expect((await uuidsOf('events')).toSorted()).toEqual([...distinct].toSorted());
    await completeProjection(next, nextSchema, { mayRepeat: false });
    expect((await readRows(next)).events).toEqual(expectedRows([...log, ...again]).events);
  });

  it.each([
    ['later', [log, again, again]],
    ['with the earlier delivery behind the later one', [[...again, ...log]]],
    ['more often than a digit tells', [[...log, ...Array.from({ length: 25 }, () => again).flat()]]],
  ])('%s, are written apart', async (_, fillings) => {
    const filler = detectingLoader();
    await fillBare(...fillings.map((events) => [filler, events] as const));
    expect((await uuidsOf('events')).toSorted()).toEqual([...distinct].toSorted());
    expect(new Set(await uuidsOf('events_again'))).toEqual(new Set(duplicateUuids));
    await completeProjection(next, nextSchema, { mayRepeat: false });
    expect((await readRows(next)).events).toEqual(expectedRows(fillings.flat()).events);
  });

  it('are written among the others once they are too much to be kept in memory', async () => {
    const body = JSON.stringify({ type: 'call.new', call_id: 'long', pad: 'x'.repeat(1_000_000) });
    const events = eventsOf(Array.from({ length: 20 }, () => ({ body, receivedAt: '2026-03-02T13:00:00Z' })));
    await fillBare([detectingLoader(), events]);
    // The first, 17 of 1 MB until there are more than 16 MiB, and the rest.
    expect(await uuidsOf('events_again')).toHaveLength(17);
    expect(await uuidsOf('events')).toHaveLength(3);
    await completeProjection(next, nextSchema, { mayRepeat: false });
    expect((await readRows(next)).events).toEqual(expectedRows(events).events);
  });
});

describe('calls whose events were filled in by several transactions', () => {
  it('are there once, as the play of all of their facts, and agents as all events say', async () => {
    const all = fc.sample(logs(60), 10).flatMap((some, i) =>
      // Each of the logs has calls of its own, and some of its events come again in another transaction.
      [...some, ...some.slice(0, 5)].map(({ body, ...rest }) => ({
        ...rest,
        body: body.replace('"call_id":"', `$&${i} `),
      })),
    );
    const events = eventsOf(all);
    const filler = detectingLoader();
    await fillBare(...[0, 1, 2, 3].map((part) => [filler, events.filter((_, i) => i % 4 === part)] as const));
    await completeProjection(next, nextSchema, { mayRepeat: false });
    expect(await readRows(next)).toEqual(expectedRows(events));
  });
});

describe('tables that are being filled', () => {
  const copies = (name: string): CallEvent[] =>
    Array.from({ length: 3_000 }, (_, i) => ({ ...log[0]!, id: i, uuid: randomUUID(), callId: name }));

  it('have no rows left that a later reader would have to mark as committed', async () => {
    // Postgres sets no hint bits for a commit as long as an asynchronous commit of any database, among the 32 transactions
    // that share its entry in the commit log, is not flushed.
    expect((await next.query('show synchronous_commit')).rows).toEqual([{ synchronous_commit: 'on' }]);
    await fillBare();
    const beginFilling = detectingLoader();
    await withConnection(next, (one) =>
      withConnection(next, async (other) => {
        const fillings = [await beginFilling(one), await beginFilling(other)] as const;
        for (const filling of fillings) for (const event of copies('c')) await filling.add(event);
        for (const filling of fillings) await filling.commit([]);
      }),
    );
    await next.query('checkpoint');
    const { rows } = await next.query<{ 'QUERY PLAN': [{ Plan: Record<string, unknown> }] }>(
      'explain (analyze, buffers, format json) select count(*) from events',
    );
    expect(rows[0]?.['QUERY PLAN'][0].Plan).toMatchObject({ 'Shared Dirtied Blocks': 0 });
  });

  it('are not vacuumed meanwhile', async () => {
    const unvacuumed = async (): Promise<string[]> =>
      (
        await next.query<{ relname: string }>(
          `select relname from pg_class where relnamespace = $1::regnamespace and 'autovacuum_enabled=off' = any(reloptions)`,
          [nextSchema],
        )
      ).rows.map(({ relname }) => relname);
    await fillBare();
    expect((await unvacuumed()).toSorted()).toEqual([...tableNames].toSorted());
    await completeProjection(next, nextSchema, { mayRepeat: false });
    expect(await unvacuumed()).toEqual([]);
  });
});
