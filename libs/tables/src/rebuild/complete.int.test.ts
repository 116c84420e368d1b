import { randomUUID } from 'node:crypto';
import type { CallEvent } from '@callstream/domain';
import { eventsOf, fixtureLog, fixtureEvents, logs } from '@callstream/domain/testing';
import { testDatabase } from '@callstream/stack';
import fc from 'fast-check';
import { expectedRows, migrated, readRows } from '../../testing/index.ts';
import {
  completeProjection,
  connectTables,
  createBareProjection,
  createBulkLoader,
  createDuplicateDetector,
  dropProjection,
  nextSchema,
  tableNames,
  withConnection,
} from '../index.ts';
import type { BeginBulkLoad, Tables } from '../index.ts';
import { poolOf } from '../connection/tables.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
let next: Tables;
beforeAll(async () => {
  database = await testDatabase({ content: migrated });
  next = connectTables({ url: database.url, schema: nextSchema });
});
afterAll(async () => {
  await next.end();
  await database[Symbol.asyncDispose]();
});

const log = eventsOf([...fixtureEvents.keys()].flatMap((name) => fixtureLog(name)));
const duplicateUuids = [...new Set(log.slice(0, 20).map(({ uuid }) => uuid))];
const duplicates = log
  .filter(({ uuid }) => duplicateUuids.includes(uuid))
  .map((event) => ({ ...event, id: event.id + 2 ** 40 }));

/** Fills bare tables with these bulk loads, one after the other. */
async function fillBare(...loads: (readonly [BeginBulkLoad, readonly CallEvent[]])[]): Promise<void> {
  await dropProjection(next, nextSchema);
  await createBareProjection(next, nextSchema);
  for (const [beginBulkLoad, events] of loads)
    await withConnection(next, async (client) => {
      const load = await beginBulkLoad(client);
      for (const event of events) await load.add(event);
      await load.commit([]);
    });
}
const detectingLoader = (): BeginBulkLoad => createBulkLoader(createDuplicateDetector());

const uuidsOf = async (table: string): Promise<string[]> =>
  (await poolOf(next).query<{ uuid: string }>(`select uuid from ${table}`)).rows.map(({ uuid }) => uuid);

describe.each([
  ['all detected', [[log, duplicates, duplicates]], false],
  ['none detected, but searched for', null, true],
  ['some detected', [[[...log, ...duplicates.slice(0, 3)]], [duplicates.slice(3)], [duplicates]], false],
  ['found only by the unique index', null, false],
])('duplicate events of a fill, %s', (_, detected, mayHaveDuplicates) => {
  it('become one row with the data of the first delivery and the number of deliveries', async () => {
    const all = [...log, ...duplicates, ...duplicates];
    const loads = (detected ?? []).flatMap((batches) => {
      const loader = detectingLoader();
      return batches.map((events) => [loader, events] as const);
    });
    await (detected ? fillBare(...loads) : fillBare([createBulkLoader(null), all]));
    await completeProjection(next, nextSchema, { mayHaveDuplicates });
    expect((await readRows(next)).events).toEqual(expectedRows(all).events);
  });
});

describe('duplicate events during a fill', () => {
  const distinct = new Set(log.map(({ uuid }) => uuid));

  it('only increase the deliveries of an event that is still buffered', async () => {
    const all = [...log, ...Array.from({ length: 25 }, () => duplicates).flat()];
    await fillBare([detectingLoader(), all]);
    expect(await uuidsOf('events_again')).toEqual([]);
    expect((await uuidsOf('events')).toSorted()).toEqual([...distinct].toSorted());
    await completeProjection(next, nextSchema, { mayHaveDuplicates: false });
    expect((await readRows(next)).events).toEqual(expectedRows(all).events);
  });

  it.each([
    ['of an event in an earlier bulk load', [log, duplicates, duplicates]],
    ['with the earlier delivery after the later one', [[...duplicates, ...log]]],
  ])('%s, are written to a table of their own', async (_, loads) => {
    const loader = detectingLoader();
    await fillBare(...loads.map((events) => [loader, events] as const));
    expect((await uuidsOf('events')).toSorted()).toEqual([...distinct].toSorted());
    expect(new Set(await uuidsOf('events_again'))).toEqual(new Set(duplicateUuids));
    await completeProjection(next, nextSchema, { mayHaveDuplicates: false });
    expect((await readRows(next)).events).toEqual(expectedRows(loads.flat()).events);
  });

  it('are written like new events once they exceed the memory limit', async () => {
    const body = JSON.stringify({ type: 'call.new', call_id: 'long', pad: 'x'.repeat(1_000_000) });
    const events = eventsOf(Array.from({ length: 20 }, () => ({ body, receivedAt: '2026-03-02T13:00:00Z' })));
    await fillBare([detectingLoader(), events]);
    // 17 duplicates of 1 MB exceed 16 MiB; the first event and two more duplicates are written like new ones.
    expect(await uuidsOf('events_again')).toHaveLength(17);
    expect(await uuidsOf('events')).toHaveLength(3);
    await completeProjection(next, nextSchema, { mayHaveDuplicates: false });
    expect((await readRows(next)).events).toEqual(expectedRows(events).events);
  });
});

describe('calls with events in several bulk loads', () => {
  it('become one row with the play of all facts, and agents have the marks of all events', async () => {
    const all = fc.sample(logs(60), 10).flatMap((records, i) =>
      // Makes the call ids of each log unique, and duplicates some events into another transaction.
      [...records, ...records.slice(0, 5)].map(({ body, ...rest }) => ({
        ...rest,
        body: body.replace('"call_id":"', `$&${i} `),
      })),
    );
    const events = eventsOf(all);
    const loader = detectingLoader();
    await fillBare(...[0, 1, 2, 3].map((part) => [loader, events.filter((_, i) => i % 4 === part)] as const));
    await completeProjection(next, nextSchema, { mayHaveDuplicates: false });
    expect(await readRows(next)).toEqual(expectedRows(events));
  });
});

describe('tables during a fill', () => {
  const copies = (name: string): CallEvent[] =>
    Array.from({ length: 3_000 }, (_, i) => ({ ...log[0]!, id: i, uuid: randomUUID(), callId: name }));

  it('have hint bits on all rows, so that a later reader writes no page', async () => {
    // Postgres sets no hint bits for a transaction while an asynchronous commit among the 32 that share its entry in the
    // commit log, of any database, is not flushed.
    expect((await poolOf(next).query('show synchronous_commit')).rows).toEqual([{ synchronous_commit: 'on' }]);
    await fillBare();
    const beginBulkLoad = detectingLoader();
    await withConnection(next, (first) =>
      withConnection(next, async (second) => {
        const loads = [await beginBulkLoad(first), await beginBulkLoad(second)] as const;
        for (const load of loads) for (const event of copies('c')) await load.add(event);
        for (const load of loads) await load.commit([]);
      }),
    );
    await poolOf(next).query('checkpoint');
    const { rows } = await poolOf(next).query<{ 'QUERY PLAN': [{ Plan: Record<string, unknown> }] }>(
      'explain (analyze, buffers, format json) select count(*) from events',
    );
    expect(rows[0]?.['QUERY PLAN'][0].Plan).toMatchObject({ 'Shared Dirtied Blocks': 0 });
  });

  it('are completed over few connections too: nothing waits for one, as a wait ends after 5 s, and an index may take minutes', async () => {
    await fillBare([detectingLoader(), log]);
    const few = connectTables({ url: database.url, schema: nextSchema, max: 2 });
    const waiting: number[] = [];
    // The pool gives out idle connections in the next tick: who gets one of them does not wait.
    poolOf(few).on('acquire', () => {
      const counts = few.connections();
      waiting.push(Math.max(0, counts.waiting - (counts.open - counts.busy)));
    });
    await completeProjection(few, nextSchema, { mayHaveDuplicates: false }).finally(() => few.end());
    expect(Math.max(...waiting)).toBe(0);
    expect(await uuidsOf('events')).toHaveLength(new Set(log.map(({ uuid }) => uuid)).size);
  });

  it('are not vacuumed', async () => {
    const unvacuumed = async (): Promise<string[]> =>
      (
        await poolOf(next).query<{ relname: string }>(
          `select relname from pg_class where relnamespace = $1::regnamespace and 'autovacuum_enabled=off' = any(reloptions)`,
          [nextSchema],
        )
      ).rows.map(({ relname }) => relname);
    await fillBare();
    expect((await unvacuumed()).toSorted()).toEqual([...tableNames].toSorted());
    await completeProjection(next, nextSchema, { mayHaveDuplicates: false });
    expect(await unvacuumed()).toEqual([]);
  });
});
