import { agentKey, agentOf, callOf, decode, join, joinAgents } from '@callstream/domain';
import type { Agent, Call, CallEvent } from '@callstream/domain';
import { logEntry } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import { eventsOfBatch, rowsOf } from '@callstream/tables';
import type { BatchRows } from '@callstream/tables';
import type { DeadLetter } from './dead-letters.ts';

/** What records say. */
export interface Understood {
  readonly rows: BatchRows;
  /** What is no event. */
  readonly undecodable: DeadLetter[];
}

/** Decodes records, those of a partition in the order of the log, and folds them in memory: one row per event, call and agent is left to write, and nothing else is kept. */
export function understand(records: readonly LogRecord[]): Understood {
  const events = eventsOfBatch();
  const fold = createFold();
  const undecodable: DeadLetter[] = [];
  for (const record of records) {
    const understood = fold.add(record);
    if ('event' in understood) events.add(understood.event);
    else undecodable.push({ record, kind: 'undecodable', reason: understood.problem });
  }
  const rows = rowsOf({ events: events.lines(), calls: fold.calls(), agents: fold.agents() });
  return { rows, undecodable };
}

/** What the records say that were added so far, each call and agent once. */
export interface Fold {
  /** Adds what a record says; returns the event that it is, or why it is none. */
  readonly add: (record: LogRecord) => { event: CallEvent } | { problem: string };
  readonly calls: () => Call[];
  readonly agents: () => Agent[];
}

export function createFold(): Fold {
  const calls = new Map<string, Call>();
  const agents = new Map<string, Agent>();
  return {
    add: (record) => {
      const decoded = decode(logEntry(record));
      if ('problem' in decoded) return decoded;
      const { event } = decoded;
      put(calls, event.callId ?? '', callOf(event), join);
      const agent = agentOf(event);
      put(agents, agent ? agentKey(agent) : '', agent, joinAgents);
      return decoded;
    },
    calls: () => [...calls.values()],
    agents: () => [...agents.values()],
  };
}

function put<T>(all: Map<string, T>, key: string, said: T | null, join: (a: T, b: T) => T): void {
  if (said === null) return;
  const known = all.get(key);
  all.set(key, known === undefined ? said : join(known, said));
}
