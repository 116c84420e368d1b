import { jest } from '@jest/globals';
import { until } from '@callstream/stack';
import { readPositions } from '@callstream/tables';
import { startProjector } from '../../testing/projector.ts';
import { createFixture, event } from '../../testing/fixture.ts';
import type { ProjectorFixture } from '../../testing/fixture.ts';

jest.setTimeout(60_000);

let world: ProjectorFixture;
beforeAll(async () => {
  world = await createFixture();
});
afterAll(() => world[Symbol.asyncDispose]());

const inBoth = (callId: string) => [0, 1].map((partition) => ({ value: event(`${callId} ${partition}`), partition }));

/** Transactions that wrote events of these calls. */
async function transactions(callId: string): Promise<number> {
  const { rows } = await world.db.query<{ count: number }>(
    'select count(distinct xmin::text)::int from events where call_id like $1',
    [`${callId}%`],
  );
  return rows[0]?.count ?? 0;
}

it('writes what comes at the same time in several partitions in one transaction', async () => {
  await world.put(...inBoth('short'));
  await using _projector = await startProjector(world);
  await world.expectFold();
  expect(await transactions('short')).toBe(1);
});

it('writes what is long by itself', async () => {
  await world.put(...Array.from({ length: 101 }, () => inBoth('long')).flat());
  await using _projector = await startProjector(world);
  await world.expectFold();
  expect(await transactions('long')).toBe(2);
});

it('is held up by a locked row in the partition of that row only', async () => {
  await using _projector = await startProjector(world);
  await world.put(...inBoth('held'));
  await world.projected();
  const before = (await readPositions(world.db)).map(({ nextOffset }) => nextOffset);
  const other = await world.db.connect();
  await other.query(`begin; select from calls where call_id = 'held 0' for update`);
  for (let i = 1; i <= 3; i++) {
    await world.put(...inBoth('held'));
    const goesOn = async (): Promise<boolean> =>
      (await readPositions(world.db))[1]?.nextOffset === (before[1] ?? 0) + i;
    await until(goesOn, { timeoutMs: 20_000, onTimeout: () => new Error('The other partition is held up, too.') });
  }
  expect((await readPositions(world.db))[0]?.nextOffset).toBe(before[0]);
  await other.query('commit');
  other.release();
  await world.expectFold();
});
