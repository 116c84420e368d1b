import type { Agent, Call } from '@callstream/domain';
import { agentKey, compareText } from '@callstream/domain';
import { recordArray } from './row-text.ts';
import { agentRow, callAgentRows, callQueueRows, callRow, eventLine } from './rows.ts';
import type { CountedEvent } from './rows.ts';

/** What a batch says. */
export interface BatchFacts {
  /** Each event once. */
  readonly events: readonly CountedEvent[];
  readonly calls: readonly Call[];
  readonly agents: readonly Agent[];
}

/** Events as lines of COPY's text format, by uuid: what two transactions both have, they take in the same order. */
export interface EventLines {
  readonly count: number;
  readonly bytes: Buffer;
  /** Their uuids, as text of a `uuid[]`. */
  readonly uuids: string;
}

/**
 * What a batch writes, ready to be sent; arrays of rows are text, `{}` if there are none. Made in one go, so that none of
 * the ten thousand objects that a batch is made of waits for Postgres: a third of the projector's CPU was the garbage
 * collector, which copies what lives on.
 */
export interface BatchRows {
  readonly events: EventLines;
  readonly calls: string;
  readonly callQueues: string;
  readonly callAgents: string;
  readonly agents: string;
}

/** Rows by their keys: always the same order, so that two partitions that meet in `agents` do not deadlock. */
export function rowsOf({ events, calls: anyCalls, agents }: BatchFacts): BatchRows {
  const calls = anyCalls.toSorted((a, b) => compareText(a.callId, b.callId));
  return {
    events: linesOf(events),
    calls: recordArray(calls.map(callRow)),
    callQueues: recordArray(calls.flatMap(callQueueRows)),
    callAgents: recordArray(calls.flatMap(callAgentRows)),
    agents: agentRows(agents),
  };
}

function linesOf(events: readonly CountedEvent[]): EventLines {
  const sorted = events.toSorted((a, b) => (a.event.uuid < b.event.uuid ? -1 : 1));
  return {
    count: sorted.length,
    bytes: Buffer.from(sorted.map(eventLine).join('')),
    uuids: `{${sorted.map(({ event }) => event.uuid).join()}}`,
  };
}

export const agentRows = (agents: readonly Agent[]): string =>
  recordArray(
    agents
      .map((agent) => ({ agent, key: agentKey(agent) }))
      .toSorted((a, b) => compareText(a.key, b.key))
      .map(({ agent }) => agentRow(agent)),
  );
