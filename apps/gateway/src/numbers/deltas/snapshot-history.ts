import type { AgentState, QueueSnapshot, QueueState } from '../queue-snapshot.ts';
import { ChangeLog } from './change-log.ts';

/**
 * Most changes of agents, and of queues, that are kept: about 20 MB. With 100,000 agents who change every 30 s they reach back
 * 15 s; a client that is further behind gets the whole view.
 */
const changesMax = 50_000;

/** The latest queue snapshot, and what has changed in the last ones: once for all clients, whatever each may see. */
export class SnapshotHistory {
  readonly agents: ChangeLog<AgentState>;
  readonly queues: ChangeLog<QueueState>;
  #latest: QueueSnapshot | null = null;
  #revision = 0;

  constructor() {
    this.agents = new ChangeLog({ idOf: ({ actor }) => actor, isSame: isSameAgent, changesMax });
    this.queues = new ChangeLog({
      idOf: ({ queue }) => queue,
      isSame: (a, b) => a.json() === b.json(),
      changesMax,
    });
  }

  /** Number of the latest snapshot, from 1. */
  revision(): number {
    return this.#revision;
  }

  /** Only after {@link advance}. */
  latest(): QueueSnapshot {
    if (!this.#latest) throw new Error('The history has no snapshot: call advance first.');
    return this.#latest;
  }

  /** Does nothing if this snapshot, or a later one, is known. */
  advance(snapshot: QueueSnapshot): void {
    if (this.#latest && (snapshot === this.#latest || snapshot.asOf < this.#latest.asOf)) return;
    this.#latest = snapshot;
    this.#revision++;
    this.agents.advance(snapshot.agents, this.#revision);
    this.queues.advance([...snapshot.queues.values()], this.#revision);
  }
}

function isSameAgent(a: AgentState, b: AgentState): boolean {
  return (
    a.name === b.name &&
    (a.number === b.number || (a.number !== null && b.number !== null && a.number.equals(b.number))) &&
    a.queues.length === b.queues.length &&
    a.queues.every(({ queue, presence, since, until }, i) => {
      const other = b.queues[i];
      return queue === other?.queue && presence === other.presence && since === other.since && until === other.until;
    }) &&
    a.calls.length === b.calls.length &&
    a.calls.every(({ callId, queue }, i) => callId === b.calls[i]?.callId && queue === b.calls[i].queue)
  );
}
