import { testDatabase } from '@callstream/stack';
import { migratedDatabase } from '../../testing/migrated-database.ts';
import { addLargeEvents, addWaitingCalls } from '../../testing/large-calls.ts';
import type { Tables } from '../index.ts';
import { listCallEvents, listCalls, readCall, responseBytesMax, searchCalls } from '../index.ts';
import { poolOf } from '../connection/tables.ts';

const stack = new AsyncDisposableStack();
let db: Tables;
const topic = 'call-events';
const visibleQueues = null;

beforeAll(async () => {
  ({ db } = stack.use(await migratedDatabase(testDatabase)));
});
afterAll(() => stack.disposeAsync());

const bytesOf = (rows: readonly object[]): number => Buffer.byteLength(JSON.stringify(rows));

describe('the events of a call', () => {
  /** All pages of a call's events, and the ids of the events in order. */
  async function readAll(callId: string, limit?: number) {
    const pages = [];
    for (let before: number | undefined; ; before = pages.at(-1)?.rows[0]?.id) {
      const page = await listCallEvents(db, { topic, callId, before, limit });
      pages.push(page);
      if (!page.more) break;
    }
    return { pages, ids: pages.toReversed().flatMap(({ rows }) => rows.map(({ id }) => id)) };
  }
  const ids = (events: number) => Array.from({ length: events }, (_, i) => i * 4096);

  it('are returned in pages below the size limit, newest page first, none twice', async () => {
    await addLargeEvents(db, { callId: 'large', events: 7, bytes: 900_000 });
    const { pages, ids: read } = await readAll('large');
    expect(pages.map(({ rows }) => rows.length)).toEqual([2, 2, 2, 1]);
    for (const { rows } of pages) expect(bytesOf(rows)).toBeLessThan(responseBytesMax);
    expect(read).toEqual(ids(7));
  });

  it('are returned in pages of the requested length', async () => {
    await addLargeEvents(db, { callId: 'small', events: 2_050, bytes: 10 });
    expect((await readAll('small')).pages.map(({ rows }) => rows.length)).toEqual([1_000, 1_000, 50]);
    const { rows, more } = await listCallEvents(db, { topic, callId: 'small', limit: 1 });
    expect([rows.length, more]).toEqual([1, true]);
  });

  it('that exceed the size limit are returned alone, without their body', async () => {
    await addLargeEvents(db, { callId: 'giant', events: 2, bytes: responseBytesMax + 1 });
    const { pages } = await readAll('giant');
    expect(pages.map(({ rows }) => rows.map(({ body, type }) => [body, type]))).toEqual([
      [[null, 'call.data-provided']],
      [[null, 'call.data-provided']],
    ]);
    expect(pages[0]?.rows[0]?.bodyBytes).toBeGreaterThan(responseBytesMax);
  });
});

describe('lists of calls', () => {
  it('end before the size limit, and report that there are more', async () => {
    await addWaitingCalls(db, { calls: 900, agents: 0 });
    await poolOf(db).query(`update calls set recording_url = repeat('u', 8000), our_number = repeat('n', 5000)`);
    const listed = await listCalls(db, {});
    expect(listed.more).toBe(true);
    expect(bytesOf(listed.rows)).toBeLessThan(responseBytesMax);
    expect(listed.rows.length).toBeGreaterThan(300);
    // The newest ones, oldest first.
    expect(listed.rows.at(-1)?.aggregate_id).toBe('waits.899');

    const found = await searchCalls(db, { limit: 900, visibleQueues });
    expect(found.more).toBe(true);
    expect(bytesOf(found.rows)).toBeLessThan(responseBytesMax);
    const next = await searchCalls(db, { limit: 900, visibleQueues, before: found.rows.at(-1)?.id });
    expect(next.rows[0]?.id).toBe((found.rows.at(-1)?.id ?? 0) - 4096);
  });

  it('end before the size limit even if JSON escapes make their texts six times as long', async () => {
    await poolOf(db).query(
      `update calls set recording_url = repeat(e'\\x01', 2000), our_number = repeat(e'\\x1f', 256)`,
    );
    const listed = await listCalls(db, {});
    expect([bytesOf(listed.rows) < responseBytesMax, listed.rows.length]).toEqual([true, 900]);
    const found = await searchCalls(db, { limit: 900, visibleQueues });
    expect([bytesOf(found.rows) < responseBytesMax, found.more]).toEqual([true, true]);
  });

  it('return a call that exceeds the size limit alone', async () => {
    await poolOf(db).query(`update calls set our_number = repeat('n', 3000000) where call_id = 'waits.899'`);
    for (const page of [await listCalls(db, {}), await searchCalls(db, { limit: 9, visibleQueues })])
      expect(page).toMatchObject({ rows: [{ aggregate_id: 'waits.899' }], more: true });
  });

  it('do not report more when the page contains all', async () => {
    expect((await listCalls(db, { queue: '901', limit: 45 })).more).toBe(false);
    expect((await listCalls(db, { queue: '901', limit: 44 })).more).toBe(true);
    expect((await searchCalls(db, { queues: ['901'], limit: 45, visibleQueues })).more).toBe(false);
  });
});

it('the events of a call whose id is long in JSON are returned in pages below the size limit', async () => {
  const callId = '\x01'.repeat(500);
  await addLargeEvents(db, { callId, events: 900, bytes: 10 });
  const { rows, more } = await listCallEvents(db, { topic, callId });
  expect(more).toBe(true);
  const events = rows.map(({ body, ...facts }) => ({ ...facts, event: JSON.parse(body ?? '') as unknown }));
  expect(bytesOf(events)).toBeLessThan(responseBytesMax);
});

it('a call with 20,000 agents is returned with the first ones, and reports that there are more', async () => {
  await poolOf(db).query(`insert into segments (call_id, n, actor, entered_at, entered_last_at)
    select 'waits.1', i, 'agent' || i || '@example.com', t, t
    from generate_series(1, 20000) i, lateral (select now() + i * interval '1 s' as t) times`);
  const call = await readCall(db, { callId: 'waits.1', visibleQueues });
  expect(call?.more).toBe(true);
  expect(call?.agents[0]?.actor).toBe('agent1@example.com');
  expect(bytesOf([call ?? {}])).toBeLessThan(responseBytesMax);
  expect(await readCall(db, { callId: 'waits.2', visibleQueues })).toMatchObject({ more: false, agents: [] });
});
