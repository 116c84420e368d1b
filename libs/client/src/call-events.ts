import type { Client } from './client.ts';
import type { EventWithBody } from './event-bodies.ts';
import type { ServerFrame } from './messages.ts';
import { createListeners } from './store.ts';
import type { Store } from './store.ts';

/** The events of one call in log order, each once: the newest page, new events, and older pages on request. */
export interface CallEvents extends Store<readonly EventWithBody[]>, Disposable {
  /** There are older events that are not loaded. The listeners are called when this changes. */
  readonly hasOlder: () => boolean;
  /** Loads the next older page. @throws {Error} if the request fails, or the connection is down or is lost before the answer */
  readonly loadOlder: () => Promise<void>;
}

export interface CallEventsOptions extends Pick<Client, 'on' | 'watch'> {
  readonly request: (event: string, data: object) => Promise<ServerFrame>;
}

/** An event that arrives again replaces itself: its `deliveries` may have grown. */
export function watchCallEvents({ on, watch, request }: CallEventsOptions, callId: string): CallEvents {
  const byUuid = new Map<string, EventWithBody>();
  const listeners = createListeners<readonly EventWithBody[]>();
  let sorted: readonly EventWithBody[] = [];
  /** `id` of the oldest event of the contiguous pages; undefined if there are no older ones. */
  let olderThan: number | undefined;
  const add = (events: readonly EventWithBody[]): void => {
    for (const event of events) byUuid.set(event.uuid, event);
    sorted = [...byUuid.values()].toSorted((a, b) => a.id - b.id);
    listeners.emit(sorted);
  };
  const addPage = (events: readonly EventWithBody[], more: boolean): void => {
    olderThan = more ? events[0]?.id : undefined;
    add(events);
  };
  const data = { call_id: callId };
  const stops = [
    // After a reconnect there may be a gap before this page: older pages are loaded from here again.
    on('CallEvents', (frame) => {
      if (frame.data.call_id === callId) addPage(frame.data.events, frame.data.more === true);
    }),
    on('CallEventAdded', (frame) => {
      if (frame.data.call_id === callId) add([frame.data.event]);
    }),
    watch({ event: 'WatchCall', data, end: { event: 'UnwatchCall', data } }),
  ];
  return {
    get: () => sorted,
    subscribe: listeners.add,
    hasOlder: () => olderThan !== undefined,
    loadOlder: async () => {
      const before = olderThan;
      if (before === undefined) return;
      const answer = await request('ListCallEvents', { ...data, before });
      // Otherwise another call loaded this page already, or a reconnect started over.
      if (olderThan === before) addPage(answer.data as readonly EventWithBody[], answer.more === true);
    },
    [Symbol.dispose]: () => stops.forEach((stop) => stop()),
  };
}
