import type { Client, Status } from '@callstream/client';
import type { Agents, Queues } from '@callstream/contracts';
import type { Call } from '@callstream/domain';
import type { KnownNames } from './named.ts';

/** Most events that the screen keeps. */
const eventsMax = 200;

/** A call has a new state or queue. */
export interface BoardEvent {
  /** ms since 1970, by the gateway's clock. */
  readonly at: number;
  /** The new state. */
  readonly what: string;
  readonly call: Call;
}

export interface ScreenState {
  readonly status: Status;
  /** The gateway's clock, in ms since 1970. */
  readonly now: number;
  readonly calls: ReadonlyMap<string, Call>;
  readonly queues: Queues | null;
  readonly agents: Agents | null;
  readonly names: KnownNames;
  /** The newest first. */
  readonly events: readonly BoardEvent[];
}

export interface ScreenStateOptions {
  /** Only these queues; undefined: all. */
  readonly queues: readonly string[] | undefined;
  readonly onEvent: (event: BoardEvent) => void;
}

/** Watches queues, agents and the board. Returns a function that returns the state now. */
export function trackScreenState(client: Client, { queues: filter, onEvent }: ScreenStateOptions): () => ScreenState {
  let queues: Queues | null = null;
  let agents: Agents | null = null;
  let names: KnownNames = null;
  let events: readonly BoardEvent[] = [];
  /** State and queue of each call at its last event, by call_id. */
  const lastKeys = new Map<string, string>();

  client.on('Queues', ({ data }) => {
    queues = filter ? { ...data, queues: data.queues.filter(({ queue }) => filter.includes(queue)) } : data;
  });
  client.on('Agents', ({ data }) => (agents = data));
  client.on('Names', ({ data }) => (names = data));
  client.watch({ event: 'WatchQueues', data: {} });
  client.watch({ event: 'WatchNames', data: {} });
  client.watch({ event: 'WatchAgents', data: filter ? { queues: filter } : {} });
  client.board.subscribe(({ changed, gone, reset }) => {
    for (const callId of gone) lastKeys.delete(callId);
    for (const call of changed) {
      const key = `${call.state} ${call.queue ?? ''}`;
      if (lastKeys.get(call.callId) === key) continue;
      lastKeys.set(call.callId, key);
      // Calls that were there before are not events.
      if (reset) continue;
      const event = { at: call.lastEventAt, what: call.state, call };
      events = [event, ...events].slice(0, eventsMax);
      onEvent(event);
    }
  });
  return () => ({
    status: client.status.get(),
    now: client.now(),
    calls: client.board.get(),
    queues,
    agents,
    names,
    events,
  });
}
