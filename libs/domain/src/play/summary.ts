import type { Call } from './call.ts';
import type { Fact } from './fact.ts';

/** A longer delay is an import of old events, not a clock that is behind; in ms. Belongs to the projection version. */
export const importedAfterMs = 14 * 3_600_000;

type Receptions = Pick<Call, 'id' | 'lastId' | 'createdAt' | 'updatedAt' | 'lastEventAt' | 'delayMs' | 'heardAt'>;

/** When facts were received, and the delay of their sender's clock that follows from it. */
export function receptionsOf(facts: readonly Fact[]): Receptions {
  let [id, lastId] = [Infinity, -Infinity];
  let [createdAt, updatedAt] = [Infinity, -Infinity];
  let [lastOwnAt, lastReceivedAt] = [-Infinity, -Infinity];
  let delay = Infinity;
  for (const fact of facts) {
    id = Math.min(id, fact.id);
    lastId = Math.max(lastId, fact.id);
    createdAt = Math.min(createdAt, fact.receivedAt);
    updatedAt = Math.max(updatedAt, fact.receivedAt);
    if (fact.clock === 'own') delay = Math.min(delay, fact.receivedAt - fact.at);
    if (fact.clock === 'own' || fact.clock === 'imported') {
      lastOwnAt = Math.max(lastOwnAt, fact.at);
    } else lastReceivedAt = Math.max(lastReceivedAt, fact.at);
  }
  const delayMs = delay > importedAfterMs ? 0 : Math.max(0, delay);
  const heardAt = Math.min(updatedAt, Math.max(lastOwnAt + delayMs, lastReceivedAt));
  const lastEventAt = Math.max(lastOwnAt, lastReceivedAt);
  return { id, lastId, createdAt, updatedAt, lastEventAt, delayMs, heardAt };
}

/** The last queue that a call came into; else the last that a fact named. Facts before index `from` do not count. */
export function lastQueueOf(facts: readonly Fact[], from: number): string | null {
  let named: string | null = null;
  for (let i = facts.length - 1; i >= from; i--) {
    const fact = facts[i];
    const entered = fact ? queueEntered(fact) : null;
    if (entered !== null) return entered;
    named ??= fact?.queue ?? null;
  }
  return named;
}

function queueEntered({ kind, queue, destination }: Fact): string | null {
  if (kind === 'call.overflow') return destination;
  return kind === 'call.waiting' || kind === 'actor.entered' ? queue : null;
}

/** URL of the latest recording. */
export const recordingOf = (facts: readonly Fact[]): string | null =>
  facts.findLast(({ kind, url }) => kind === 'call.recording-available' && url !== null)?.url ?? null;

export const codeOf = (facts: readonly Fact[]): string | null => facts.find(({ code }) => code !== null)?.code ?? null;
