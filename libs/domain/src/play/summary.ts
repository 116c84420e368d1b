import type { Call } from './call.ts';
import type { Fact } from './fact.ts';
import type { Facts } from './union.ts';

/** Receptions this much after the own time are an import, not a clock that is behind, in ms; belongs to the projection version. */
export const importedAfterMs = 14 * 3_600_000;

type Summary = Pick<
  Call,
  | 'id'
  | 'lastId'
  | 'createdAt'
  | 'updatedAt'
  | 'lastEventAt'
  | 'delayMs'
  | 'heardAt'
  | 'queue'
  | 'recordingUrl'
  | 'code'
>;

/** What can be said of the facts without their order of play, or by the first or last of them. */
export function summaryOf(facts: Facts): Summary {
  let id = Infinity;
  let lastId = -Infinity;
  let createdAt = Infinity;
  let updatedAt = -Infinity;
  let delay = Infinity;
  for (const fact of facts) {
    id = Math.min(id, fact.id);
    lastId = Math.max(lastId, fact.id);
    createdAt = Math.min(createdAt, fact.receivedAt);
    updatedAt = Math.max(updatedAt, fact.receivedAt);
    if (fact.clock === 'own') delay = Math.min(delay, fact.receivedAt - fact.at);
  }
  const lastEventAt = facts.at(-1)?.at ?? 0;
  const delayMs = delay === Infinity || delay > importedAfterMs ? 0 : Math.max(0, delay);
  const heardAt = Math.min(updatedAt, lastEventAt + delayMs);
  return {
    ...{ id, lastId, createdAt, updatedAt, lastEventAt, delayMs, heardAt },
    queue: lastQueueOf(facts),
    recordingUrl: facts.findLast(({ kind, url }) => kind === 'call.recording-available' && url !== null)?.url ?? null,
    code: facts.find(({ code }) => code !== null)?.code ?? null,
  };
}

/** The queue that it came into last; else the last that was named. */
function lastQueueOf(facts: Facts): string | null {
  for (let i = facts.length - 1; i >= 0; i--) {
    const queue = queueEntered(facts[i]);
    if (queue !== null) return queue;
  }
  return facts.findLast(({ queue }) => queue !== null)?.queue ?? null;
}

function queueEntered(fact: Fact | undefined): string | null {
  if (fact?.kind === 'call.overflow') return fact.destination;
  return fact?.kind === 'call.waiting' || fact?.kind === 'actor.entered' ? fact.queue : null;
}
