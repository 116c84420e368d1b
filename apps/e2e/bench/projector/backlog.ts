import { until } from '@callstream/stack';
import { readPositions } from '@callstream/tables';
import type { System } from '../../src/system/system.ts';
import { withSystem } from '../with-system.ts';
import type { Servers } from '../servers.ts';
import { fillTopic } from '../../src/load/simulated-webhooks.ts';
import type { WebhookBodies } from '../../src/load/simulated-webhooks.ts';

export interface BacklogRun {
  readonly eventsPerSecond: number;
  /** Most memory that the projector had, in bytes. */
  readonly residentBytes: number;
}

/** Puts `bodies` on a topic, then starts a projector: events per second from the first that is in the tables until the last. */
export const projectBacklog = (servers: Servers, bodies: WebhookBodies): Promise<BacklogRun> =>
  withSystem(servers, [], async (system) => {
    const total = await fillTopic(system, bodies);
    const reaches = (least: number) =>
      until(async () => projected(system).then((now) => now.done >= least && now), {
        timeoutMs: 600_000,
        everyMs: 50,
        onTimeout: () => new Error('The projector does not get to the end of the backlog.'),
      });
    const first = reaches(1);
    await system.start('projector');
    const begin = await first;
    let residentBytes = 0;
    const watching = setInterval(() => {
      void residentOf(system).then((bytes) => (residentBytes = Math.max(residentBytes, bytes)));
    }, 500);
    const end = await reaches(total).finally(() => clearInterval(watching));
    residentBytes = Math.max(residentBytes, await residentOf(system));
    return { eventsPerSecond: ((end.done - begin.done) * 1000) / (end.at - begin.at), residentBytes };
  });

async function projected({ db }: System): Promise<{ at: number; done: number }> {
  const positions = await readPositions(db);
  return { at: performance.now(), done: positions.reduce((sum, { nextOffset }) => sum + nextOffset, 0) };
}

/** Memory of the projector as it says itself; 0 while it does not answer. */
async function residentOf({ env }: System): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${env['PROJECTOR_ADMIN_PORT'] ?? ''}/metrics`).catch(() => undefined);
  const text = (await answer?.text().catch(() => '')) ?? '';
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1] ?? 0);
}
