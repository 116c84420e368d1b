import { createSender } from '../load/sender.ts';
import { startTestSystem } from '../system/test-system.ts';

const burst = 10_000;

it('10,000 POSTs opened at once from one address all get 200, and all are stored', async () => {
  await using system = await startTestSystem();
  await using sender = createSender(system.webhookUrl, burst);
  const bodies = Array.from({ length: burst }, (_, i) =>
    JSON.stringify({
      type: 'call.new',
      call_id: `burst.${i}`,
      direction: 'inbound',
      timestamp: '2026-03-02T13:00:00Z',
    }),
  );
  const answers = await sender.postAll(bodies);
  expect(answers.filter(({ status }) => status !== 200).slice(0, 3)).toEqual([]);

  expect(sender.connected()).toBe(burst);

  await system.projected();
  const { rows } = await system.db.query<{ count: number }>('select count(*)::int as count from calls');
  expect(rows).toEqual([{ count: burst }]);
}, 180_000);
