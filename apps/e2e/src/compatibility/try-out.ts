import { connect } from '@callstream/client';
import { fixtureEvents } from '@callstream/domain/testing';
import { until } from '@callstream/stack';
import { openDashboard } from '../clients/dashboard.ts';
import { createSender } from '../load/sender.ts';
import { execCommand } from '../system/service-process.ts';
import type { System } from '../system/system.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';

const bodies = [...fixtureEvents.values()].flat();

/** A short run of all that callstream does, on one system. @returns what was tried */
export async function tryOut(system: System): Promise<string> {
  using client = connect(system.socketUrl);
  await using sender = createSender(system.webhookUrl, 10);
  expect((await sender.postAll(bodies)).filter(({ status }) => status !== 200)).toEqual([]);
  await expectTablesToBeFoldOfLog(system);
  await using dashboard = await openDashboard(system.socketUrl);
  const calls = await dashboard.listCalls();
  expect(calls.length).toBeGreaterThan(15);
  const isLive = (): boolean => client.status.get().connection === 'live' && !client.status.get().isStale;
  await until(isLive, { onTimeout: () => new Error('The board is not live.') });

  for (const command of ['rebuild', 'verify']) await expectSuccess(system, ['apps/projector/src/main.ts', command]);
  await expectTablesToBeFoldOfLog(system);
  expect((await dashboard.listCalls()).length).toBe(calls.length);
  await expectSuccess(system, ['tools/doctor.ts']);
  return 'webhooks to tables and sockets, rebuild, verify, doctor';
}

async function expectSuccess({ env }: System, args: readonly string[]): Promise<void> {
  const { code, out, err } = await execCommand({ args, env });
  expect([code, code === 0 ? '' : out + err]).toEqual([0, '']);
}
