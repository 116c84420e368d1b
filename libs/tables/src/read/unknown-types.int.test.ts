import { isKind, similarKind } from '@callstream/domain';
import { eventsOf, logs } from '@callstream/domain/testing';
import { testDatabase } from '@callstream/stack';
import fc from 'fast-check';
import { migratedDatabase } from '../../testing/migrated-database.ts';
import { replaceRows } from '../../testing/replace-rows.ts';
import type { Tables } from '../index.ts';
import { countUnknownTypes } from '../index.ts';

// Long, so that a busy machine is no failure; a hang still is.
const stack = new AsyncDisposableStack();
let db: Tables;
beforeAll(async () => {
  ({ db } = stack.use(await migratedDatabase(testDatabase)));
});
afterAll(() => stack.disposeAsync());

const since = '2026-03-02T13:00:01.000Z';
const at = '2026-03-02T13:00:02.000Z';
const write = (types: readonly string[]): Promise<void> =>
  replaceRows(
    db,
    eventsOf(types.map((type, n) => ({ body: JSON.stringify({ type, timestamp: at, n }), receivedAt: at }))),
  );

it('unknown types are counted since a moment as the domain knows them, each event once', async () => {
  await fc.assert(
    fc.asyncProperty(logs(), async (log) => {
      const events = eventsOf(log);
      await replaceRows(db, events);
      const first = new Map(events.toReversed().map((event) => [event.uuid, event]));
      const unknown = [...first.values()].filter((event) => !isKind(event.kind) && event.at >= Date.parse(since));
      const expected = [...Map.groupBy(unknown, ({ kind }) => kind)].map(([type, found]) => ({
        type,
        events: found.length,
        lastSeenAt: new Date(Math.max(...found.map((event) => event.at))).toISOString(),
        similarTo: similarKind(type),
      }));
      expect(await countUnknownTypes(db, since)).toEqual({ types: expected, more: false });
    }),
    { numRuns: 60 },
  );
});

it('the most frequent unknown types come first, and those of one frequency by their text', async () => {
  await write(['call.finish', 'b', 'a', 'call.new', 'call.finish', 'zz', 'Z']);
  const { types } = await countUnknownTypes(db, since);
  expect(types.map(({ type, events }) => [type, events])).toEqual([['call.finish', 2], ['Z', 1], ['a', 1], ['b', 1], ['zz', 1]]); // prettier-ignore
  expect(await countUnknownTypes(db, '2026-03-02T13:00:03Z')).toEqual({ types: [], more: false });
});

it('of very many unknown types some are counted, and the answer says that there are more', async () => {
  await write(Array.from({ length: 101 }, (_, n) => `made-up.${n}`));
  const some = await countUnknownTypes(db, since);
  expect([some.types.length, some.more]).toEqual([100, true]);
  await write([...Array.from({ length: 2_000 }, (_, n) => `made-up.${n}`), 'zz', 'zz']);
  const cut = await countUnknownTypes(db, since);
  expect([cut.types.length, cut.more]).toEqual([100, true]);
});
