import { until } from '@callstream/stack';
import { readPositions } from '@callstream/tables';
import { poolOf } from '@callstream/tables/testing';
import { startProjector } from '../../testing/projector.ts';
import { createFixture, event } from '../../testing/fixture.ts';
import type { ProjectorFixture } from '../../testing/fixture.ts';

let fixture: ProjectorFixture;
beforeAll(async () => {
  fixture = await createFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

const inBoth = (callId: string) => [0, 1].map((partition) => ({ value: event(`${callId} ${partition}`), partition }));

/** Number of transactions that wrote events of these calls. */
async function transactions(callId: string): Promise<number> {
  const { rows } = await poolOf(fixture.db).query<{ count: number }>(
    'select count(distinct xmin::text)::int from events where call_id like $1',
    [`${callId}%`],
  );
  return rows[0]?.count ?? 0;
}

it('short batches of several partitions share one transaction', async () => {
  await fixture.produce(...inBoth('short'));
  await using _projector = await startProjector(fixture);
  await fixture.expectFold();
  expect(await transactions('short')).toBe(1);
});

it('long batches have a transaction each', async () => {
  await fixture.produce(...Array.from({ length: 101 }, () => inBoth('long')).flat());
  await using _projector = await startProjector(fixture);
  await fixture.expectFold();
  expect(await transactions('long')).toBe(2);
});

it('a locked row delays only its own partition', async () => {
  await using _projector = await startProjector(fixture);
  await fixture.produce(...inBoth('locked'));
  await fixture.untilProjected();
  const before = (await readPositions(fixture.db)).map(({ nextOffset }) => nextOffset);
  const blocker = await poolOf(fixture.db).connect();
  await blocker.query(`begin; select from calls where call_id = 'locked 0' for update`);
  for (let i = 1; i <= 3; i++) {
    await fixture.produce(...inBoth('locked'));
    const hasAdvanced = async (): Promise<boolean> =>
      (await readPositions(fixture.db))[1]?.nextOffset === (before[1] ?? 0) + i;
    await until(hasAdvanced, { onTimeout: () => new Error('The other partition is delayed, too.') });
  }
  expect((await readPositions(fixture.db))[0]?.nextOffset).toBe(before[0]);
  await blocker.query('commit');
  blocker.release();
  await fixture.expectFold();
});
