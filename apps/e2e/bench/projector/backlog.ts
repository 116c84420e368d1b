import { until } from '@callstream/stack';
import { readPositions } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import type { System } from '../../src/system/system.ts';
import { withSystem } from '../with-system.ts';
import type { Servers } from '../servers.ts';
import { fillTopic } from '../../src/load/simulated-webhooks.ts';
import type { WebhookBodies } from '../../src/load/simulated-webhooks.ts';

export interface BacklogRun {
  readonly eventsPerSecond: number;
  /** Highest resident memory of the projector. */
  readonly residentBytes: number;
}

/** Fills a topic, then starts a projector. Measures from the first to the last projected event. `prepare`: the empty tables. */
export const projectBacklog = (
  servers: Servers,
  bodies: WebhookBodies,
  prepare: (db: Tables) => Promise<void> = () => Promise.resolve(),
): Promise<BacklogRun> =>
  withSystem(servers, { services: [] }, async (system) => {
    await prepare(system.db);
    const total = await fillTopic(system, bodies);
    const untilRecords = (count: number) =>
      until(async () => projected(system).then((now) => now.records >= count && now), {
        timeoutMs: 600_000,
        everyMs: 50,
        onTimeout: () => new Error('The projector does not reach the end of the backlog.'),
      });
    const first = untilRecords(1);
    await system.start('projector');
    const begin = await first;
    let residentBytes = 0;
    const sampling = setInterval(() => {
      void residentOf(system).then((bytes) => (residentBytes = Math.max(residentBytes, bytes)));
    }, 500);
    const end = await untilRecords(total).finally(() => clearInterval(sampling));
    residentBytes = Math.max(residentBytes, await residentOf(system));
    return { eventsPerSecond: ((end.records - begin.records) * 1000) / (end.at - begin.at), residentBytes };
  });

async function projected({ db }: System): Promise<{ at: number; records: number }> {
  const positions = await readPositions(db);
  return { at: performance.now(), records: positions.reduce((sum, { nextOffset }) => sum + nextOffset, 0) };
}

/** Resident memory of the projector by its metrics; 0 while it does not answer. */
async function residentOf({ env }: System): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${env['PROJECTOR_ADMIN_PORT'] ?? ''}/metrics`).catch(() => undefined);
  const text = (await response?.text().catch(() => '')) ?? '';
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1] ?? 0);
}
