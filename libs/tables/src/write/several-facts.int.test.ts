import type { CallEvent } from '@callstream/domain';
import { eventOfFacts, factSet, factsOf, play } from '@callstream/domain';
import { eventsOf, logs } from '@callstream/domain/testing';
import { severalFactsDelivery, severalFactsLogs } from '@callstream/domain/testing/several-facts';
import { testDatabase } from '@callstream/stack';
import fc from 'fast-check';
import { expectedRows, migrated, readRows } from '../../testing/index.ts';
import { replaceRows } from '../../testing/replace-rows.ts';
import { nextSchema } from '../connection/schema-names.ts';
import {
  completeProjection,
  connectTables,
  createBareProjection,
  createBulkLoader,
  createDuplicateDetector,
  dropProjection,
  listCallEvents,
  readFacts,
  withConnection,
} from '../index.ts';
import type { Tables } from '../index.ts';

const cleanup = new AsyncDisposableStack();
let live: Tables;
let next: Tables;
beforeAll(async () => {
  const { url } = cleanup.use(await testDatabase({ content: migrated }));
  live = cleanup.adopt(connectTables({ url }), (db) => db.end());
  next = cleanup.adopt(connectTables({ url, schema: nextSchema }), (db) => db.end());
});
afterAll(() => cleanup.disposeAsync());

/** Writes the events as a rebuild does, into new tables. */
async function rebuild(events: readonly CallEvent[]): Promise<void> {
  await dropProjection(next, nextSchema);
  await createBareProjection(next, nextSchema);
  const beginBulkLoad = createBulkLoader(createDuplicateDetector());
  await withConnection(next, async (client) => {
    const load = await beginBulkLoad(client);
    for (const event of events) await load.add(event);
    await load.commit([]);
  });
  await completeProjection(next, nextSchema, { mayHaveDuplicates: false });
}

const receivedAt = '2026-03-02T13:00:01.000Z';
const sourceName = 'lisbon';
const time = '2026-03-02T13:00:00Z';
const answered = severalFactsDelivery(
  {
    type: 'AgentConnect',
    call: '1',
    time,
    facts: [
      { kind: 'actor.entered', actor: 'ana', queue: '900', number: '200' },
      { kind: 'call.ongoing', their_number: '11988887777' },
    ],
  },
  { receivedAt, sourceName },
);
const loggedIn = severalFactsDelivery(
  {
    type: 'worker.activity.update',
    time,
    facts: ['900', '901', '902'].map((queue) => ({ kind: 'actor.logged-in', actor: 'ana', queue, number: '200' })),
  },
  { receivedAt, sourceName },
);
const events = eventsOf([answered, loggedIn]);

describe('an event with two facts about a call, and one with a fact about an agent in each of three queues', () => {
  beforeAll(async () => {
    await replaceRows(live, events);
    await rebuild(events);
  });

  it('are two rows of events, a call and three rows of agents, live and after a rebuild', async () => {
    for (const db of [live, next]) {
      const rows = await readRows(db);
      expect(rows).toEqual(expectedRows(events));
      expect(rows.events.map(({ source, source_name, type }) => [source, source_name, type])).toEqual(
        events.toSorted((a, b) => (a.uuid < b.uuid ? -1 : 1)).map(({ type }) => ['several', 'lisbon', type]),
      );
      expect(rows.agents.map(({ actor, queue, number }) => [actor, queue, number])).toEqual(
        ['900', '901', '902'].map((queue) => ['lisbon:ana', `lisbon:${queue}`, '200']),
      );
      expect(rows.calls).toMatchObject([{ call_id: 'lisbon:1', state: 'ONGOING', their_number: '11988887777' }]);
      expect(rows.segments).toMatchObject([{ actor: 'lisbon:ana', number: '200', queue: 'lisbon:900' }]);
    }
  });

  it('are the same call on the board', async () => {
    const [stored] = await readFacts(live, ['lisbon:1']);
    expect(stored?.facts).toEqual(factSet(factsOf(events[0]!)));
    expect(play('lisbon:1', stored!.facts)).toMatchObject({ state: 'ONGOING', segments: [{ actor: 'lisbon:ana' }] });
  });

  it('are listed with their facts', async () => {
    const { rows } = await listCallEvents(live, { topic: 'call-events', callId: 'lisbon:1' });
    expect(rows).toMatchObject([{ source: 'several', source_name: 'lisbon', type: 'AgentConnect' }]);
    const [first, ...others] = rows[0]?.facts ?? [];
    expect(factsOf(eventOfFacts(events[0]!, [first!, ...others]))).toEqual(factsOf(events[0]!));
  });
});

it('events of the default source have no facts of their own in the row, nor in lists', async () => {
  await replaceRows(live, eventsOf([{ body: '{"type":"call.new","call_id":"1"}', receivedAt }]));
  expect((await readRows(live)).events).toMatchObject([{ source: null, source_name: null, facts: null }]);
  const { rows } = await listCallEvents(live, { topic: 'call-events', callId: '1' });
  expect(JSON.parse(JSON.stringify(rows[0]))).not.toHaveProperty('facts');
});

it('any log of several sources and instances gives the same rows, live and after a rebuild', async () => {
  await fc.assert(
    fc.asyncProperty(logs(12), severalFactsLogs(12), async (one, other) => {
      const all = eventsOf([...one, ...other, ...one.map((delivery) => ({ ...delivery, sourceName }))]);
      await replaceRows(live, all);
      expect(await readRows(live)).toEqual(expectedRows(all));
      await rebuild(all);
      expect(await readRows(next)).toEqual(expectedRows(all));
    }),
    { numRuns: 12, endOnFailure: true },
  );
});
