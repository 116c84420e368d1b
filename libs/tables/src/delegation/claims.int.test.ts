import { randomUUID } from 'node:crypto';
import { testDatabase } from '@callstream/stack';
import { migratedDatabase } from '../../testing/migrated-database.ts';
import { addEvents, poolOf } from '../../testing/index.ts';
import {
  checkDatabase,
  claimDelegations,
  endDelegations,
  endLostDelegations,
  markPublished,
  readCallers,
  readForgotten,
  readUnpublished,
} from '../index.ts';
import type { DelegationClaim, Tables } from '../index.ts';

const stack = new AsyncDisposableStack();
let db: Tables;
beforeAll(async () => {
  ({ db } = stack.use(await migratedDatabase(testDatabase)));
});
afterAll(() => stack.disposeAsync());

const receivedAt = Date.parse('2026-03-02T13:00:00Z');
const claimOf = (callId: string, changes: Partial<DelegationClaim> = {}): DelegationClaim => ({
  callId,
  receivedAt,
  ownAt: null,
  deadlineAt: receivedAt + 8_000,
  rule: 'all',
  destination: '900',
  late: null,
  ...changes,
});

describe('a claim', () => {
  it('is given to one of many that ask at the same time, in whatever order', async () => {
    const ids = Array.from({ length: 50 }, (_, i) => `many-${i}`);
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        claimDelegations(
          db,
          randomUUID(),
          (i % 2 ? ids : ids.toReversed()).map((id) => claimOf(id)),
        ),
      ),
    );
    expect(results.flatMap((claimed) => [...claimed.keys()]).toSorted()).toEqual(ids.toSorted());
  });

  it('can be repeated by its own attempt, as after a lost connection, until it has an outcome, and keeps its first destination', async () => {
    const attempt = randomUUID();
    for (let i = 0; i < 2; i++)
      expect([...(await claimDelegations(db, attempt, [claimOf('own', { destination: String(i) })]))]).toEqual([
        ['own', '0'],
      ]);
    expect((await claimDelegations(db, randomUUID(), [claimOf('own')])).size).toBe(0);
    await endDelegations(db, [{ callId: 'own', outcome: 'sent', reason: null, endedAt: receivedAt + 40 }]);
    expect((await claimDelegations(db, attempt, [claimOf('own')])).size).toBe(0);
  });

  it('has one outcome: the first that is stored', async () => {
    await claimDelegations(db, randomUUID(), [claimOf('once')]);
    const lost = { deadlineBefore: receivedAt + 60_000, endedAt: receivedAt + 70_000, reason: 'lost' };
    expect(await endLostDelegations(db, lost)).toContain('once');
    await endDelegations(db, [{ callId: 'once', outcome: 'sent', reason: null, endedAt: receivedAt + 80_000 }]);
    expect(await readUnpublished(db, ['once'])).toEqual([
      {
        callId: 'once',
        receivedAt,
        ownAt: null,
        rule: 'all',
        destination: '900',
        outcome: 'unknown',
        reason: 'lost',
        endedAt: receivedAt + 70_000,
      },
    ]);
    await markPublished(db, ['once'], receivedAt + 90_000);
    expect(await readUnpublished(db, ['once'])).toEqual([]);
    const forgotten = await readForgotten(db, { endedBefore: receivedAt + 90_000, max: 100 });
    expect(forgotten.map(({ callId }) => callId)).not.toContain('once');
  });
});

it('a caller is known by the calls before, by index, and not by the call itself or by later ones', async () => {
  const parties = { direction: 'inbound', our_number: '100', their_number: '5511988887777' };
  await addEvents(db, [
    { type: 'call.new', call_id: 'a', ...parties, timestamp: '2026-03-02T10:00:00Z' },
    { type: 'actor.entered', call_id: 'a', actor: 'ana', queue: '901', timestamp: '2026-03-02T10:00:05Z' },
    { type: 'call.finished', call_id: 'a', timestamp: '2026-03-02T10:01:00Z' },
    { type: 'call.new', call_id: 'b', ...parties, timestamp: '2026-03-02T11:00:00Z' },
  ]);
  const lookup = { callId: 'b', before: Date.now() + 1_000, numbers: ['+5511988887777', '5511988887777'] };
  const known = { calls: 1, lastQueue: '901', lastAgent: 'ana', hasOpenCall: false };
  const others = [
    { ...lookup, callId: 'c' },
    { ...lookup, callId: 'd', before: receivedAt },
    { ...lookup, callId: 'e', numbers: [] },
  ];
  const callers = await readCallers(db, [lookup, ...others]);
  const nothing = { calls: 0, lastQueue: null, lastAgent: null, hasOpenCall: false };
  expect(Object.fromEntries(callers)).toEqual({
    b: known,
    c: { ...known, calls: 2, hasOpenCall: true },
    d: nothing,
    e: nothing,
  });
  const { rows } = await poolOf(db)
    .query<{ 'QUERY PLAN': string }>(
      `set enable_seqscan = off; explain select 1 from (values (array['1','2'])) asked (numbers), lateral (
       select 1 from calls c where reverse(c.their_number) = any(array(select reverse(n) from unnest(asked.numbers) n))) known`,
    )
    .then((results) => (Array.isArray(results) ? results.at(-1) : results) as { rows: { 'QUERY PLAN': string }[] });
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('calls_their_number');
});

it('a delegator does not start without the table of claims, and says how it is created', async () => {
  const check = (): Promise<void> => checkDatabase(db, { use: 'delegate' });
  await check();
  await poolOf(db).query('alter table callstream.delegations rename to others');
  await expect(check()).rejects.toThrow(/callstream\.delegations does not exist.*npm run projector -- migrate/);
  await poolOf(db).query('alter table callstream.others rename to delegations');
});
