import { until } from '@callstream/stack';
import { createSender } from '../load/sender.ts';
import { readMetric } from '../system/ingest.ts';
import type { System } from '../system/system.ts';
import { runAttacks, targetOf } from './run-attacks.ts';
import type { AttackResult } from './run-attacks.ts';

/** As docs/threat-model.md says for a heap of 512 MB. */
const memoryMbMax = 700;

/** Declares the tests of the attacks of `npm run proof -- abuse`, with fewer requests. */
export function testAttacks(system: () => System): void {
  let results: AttackResult[];
  beforeAll(async () => {
    results = await runAttacks(system(), { scale: 'short' });
  }, 5 * 60_000);

  it('each attack gets the documented answers', () => {
    expect(results.length).toBeGreaterThan(10);
    expect(results.filter(({ problem }) => problem !== null)).toEqual([]);
  });

  it('memory stays within its budget', async () => {
    for (const port of targetOf(system()).adminPorts)
      expect((await readMetric(port, 'process_resident_memory_bytes')) / 1e6).toBeLessThan(memoryMbMax);
  });

  it('everything is as before afterwards', async () => {
    for (const service of ['ingest', 'projector', 'gateway'] as const)
      expect([service, system().isRunning(service)]).toEqual([service, true]);
    await system().untilProjected();
    await using sender = createSender(system().webhookUrl, 1);
    const call_id = 'after the attack';
    const body = JSON.stringify({ type: 'call.new', call_id, timestamp: new Date().toISOString() });
    expect((await sender.post(body)).status).toBe(200);
    await system().untilProjected();
    const { gatewayUrl, adminPorts } = targetOf(system());
    expect((await fetch(`${gatewayUrl}/api/calls/${encodeURIComponent(call_id)}`)).status).toBe(200);
    const held = () =>
      Promise.all(
        ['sockets', 'unsent_bytes'].map((name) => readMetric(adminPorts[2] ?? 0, `callstream_gateway_${name}`)),
      );
    await until(async () => (await held()).every((value) => value === 0), {
      onTimeout: () => new Error('The gateway still holds something of the attackers.'),
    });
  });
}
