import type { Client, Status } from '@callstream/client';
import type { Agents, Queues } from '@callstream/contracts';
import type { Call } from '@callstream/domain';

/** Most events that are remembered. */
const eventsMax = 200;

/** Something that changed on the board. */
export interface BoardEvent {
  /** ms since 1970, by the gateway's clock. */
  readonly at: number;
  readonly what: string;
  readonly call: Call;
}

/** What is shown. */
export interface ScreenState {
  readonly status: Status;
  /** By the gateway's clock, ms since 1970. */
  readonly now: number;
  readonly calls: ReadonlyMap<string, Call>;
  readonly queues: Queues | null;
  readonly agents: Agents | null;
  /** The newest first. */
  readonly events: readonly BoardEvent[];
}

/** Gathers what the client tells. `onEvent`: a call is now in another state or queue. */
export function trackScreenState(
  client: Client,
  {
    queues: wanted,
    onEvent,
  }: { readonly queues: readonly string[] | undefined; readonly onEvent: (event: BoardEvent) => void },
): () => ScreenState {
  let queues: Queues | null = null;
  let agents: Agents | null = null;
  let events: readonly BoardEvent[] = [];
  const told = new Map<string, string>();

  client.on('Queues', ({ data }) => {
    queues = wanted ? { ...data, queues: data.queues.filter(({ queue }) => wanted.includes(queue)) } : data;
  });
  client.on('Agents', ({ data }) => (agents = data));
  client.watch({ event: 'WatchQueues', data: {} });
  client.watch({ event: 'WatchAgents', data: wanted ? { queues: wanted } : {} });
  client.board.subscribe(({ changed, gone, reset }) => {
    for (const callId of gone) told.delete(callId);
    for (const call of changed) {
      const what = call.state;
      const key = `${what} ${call.queue ?? ''}`;
      if (told.get(call.callId) === key) continue;
      told.set(call.callId, key);
      // What was there before is no news.
      if (reset) continue;
      const happening = { at: call.lastEventAt, what, call };
      events = [happening, ...events].slice(0, eventsMax);
      onEvent(happening);
    }
  });
  return () => ({ status: client.status.get(), now: client.now(), calls: client.board.get(), queues, agents, events });
}
