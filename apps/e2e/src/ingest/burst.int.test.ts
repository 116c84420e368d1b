import { poolOf } from '@callstream/tables/testing';
import { createSender } from '../load/sender.ts';
import { startTestSystem } from '../system/test-system.ts';

const burst = 10_000;

it('ingest answers 200 to 10,000 simultaneous connections of one address, and stores every event', async () => {
  await using system = await startTestSystem({ services: ['ingest', 'projector'] });
  await using sender = createSender(system.webhookUrl, burst);
  const bodies = Array.from({ length: burst }, (_, i) =>
    JSON.stringify({
      type: 'call.new',
      call_id: `burst.${i}`,
      direction: 'inbound',
      timestamp: '2026-03-02T13:00:00Z',
    }),
  );
  const responses = await sender.postAll(bodies);
  expect(responses.filter(({ status }) => status !== 200).slice(0, 3)).toEqual([]);

  expect(sender.openConnections()).toBe(burst);

  await system.untilProjected();
  const { rows } = await poolOf(system.db).query<{ count: number }>('select count(*)::int as count from calls');
  expect(rows).toEqual([{ count: burst }]);
});
