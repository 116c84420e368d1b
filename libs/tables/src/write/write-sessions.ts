import { compareText } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { sendPipelined } from '../connection/pipeline.ts';
import type { Statement, StatementResult } from '../connection/pipeline.ts';
import { presenceChanges } from './presence-changes.ts';
import type { EventBefore } from './presence-changes.ts';
import { pagesOf, readPages } from './presence-pages.ts';
import { inParallel } from './replay.ts';
import { replayAgent } from './replay-agent.ts';
import { lockAgents, readDeliveries, writeChanges } from './session-statements.ts';
import type { PresenceDelivery } from './write-agents.ts';

/** The sessions of the agents of a batch. */
export interface SessionWrite {
  /** Sent after the events and agents of the batch. */
  readonly reads: readonly Statement[];
  /**
   * @param results of {@link reads}, which were sent last
   * @returns what changes the sessions
   * @throws {EventsMoved}
   */
  readonly writes: (client: ClientBase, results: readonly StatementResult[]) => Promise<readonly Statement[]>;
}

/** Another transaction has written an event of the batch since it was read, so its time before the batch is not known. */
export class EventsMoved extends Error {
  override readonly name = 'EventsMoved';
}

/**
 * Derives the sessions again that these deliveries change; null if there are none.
 * @param stored what the table has of these events before the batch, by uuid
 */
export function writeSessions(
  presence: readonly PresenceDelivery[],
  stored: ReadonlyMap<string, EventBefore>,
): SessionWrite | null {
  const changes = Map.groupBy(presenceChanges(presence, stored), ({ actor }) => actor);
  if (changes.size === 0) return null;
  const replay = inParallel(
    [...changes].toSorted(([a], [b]) => compareText(a, b)).map(([actor, ofAgent]) => replayAgent(actor, ofAgent)),
  );
  const deliveries = deliveriesAfter(presence, stored);
  let step = replay.next();
  const first = step.done ? [] : step.value;
  const reads = [lockAgents([...changes.keys()]), readDeliveries([...deliveries.keys()]), ...readPages(first)];
  return {
    reads,
    writes: async (client, results) => {
      const [delivered, ...pages] = results.slice(-3);
      let [sessions, facts] = pages;
      if (delivered?.rows.some(([uuid, count]) => Number(count) !== deliveries.get(uuid ?? '')))
        throw new EventsMoved('Another transaction has written an event of this batch concurrently.');
      for (;;) {
        const requested = step.done ? 0 : step.value.length;
        if (sessions && facts) step = replay.next(pagesOf(requested, sessions, facts));
        if (step.done) return writeChanges(step.value.flat());
        [sessions, facts] = await sendPipelined(client, readPages(step.value));
      }
    },
  };
}

/** How often each event has been delivered after the batch. */
function deliveriesAfter(
  presence: readonly PresenceDelivery[],
  stored: ReadonlyMap<string, EventBefore>,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { uuid } of presence) counts.set(uuid, (counts.get(uuid) ?? stored.get(uuid)?.deliveries ?? 0) + 1);
  return counts;
}
