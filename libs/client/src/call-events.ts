import type { ListedEvent } from '@callstream/contracts';
import type { Client } from './client.ts';
import type { ServerFrame } from './messages.ts';
import { createListeners } from './store.ts';
import type { Store } from './store.ts';

/** The events of one call in the order of the log, each once: the newest, as far as the gateway tells them by itself. */
export interface CallEvents extends Store<readonly ListedEvent[]>, Disposable {
  /** There are older events that may not be here. Whenever that changes, the store tells. */
  readonly hasOlder: () => boolean;
  /** Gets the newest of them. @throws {Error} if that is refused, or the connection is not there or is lost meanwhile */
  readonly loadOlder: () => Promise<void>;
}

export interface CallEventsOptions extends Pick<Client, 'on' | 'watch'> {
  readonly request: (event: string, data: object) => Promise<ServerFrame>;
}

/** An event that comes again replaces itself: another delivery of it may have been counted meanwhile. */
export function watchCallEvents({ on, watch, request }: CallEventsOptions, callId: string): CallEvents {
  const byUuid = new Map<string, ListedEvent>();
  const listeners = createListeners<readonly ListedEvent[]>();
  let shown: readonly ListedEvent[] = [];
  /** The oldest event before which there are others; undefined: none. */
  let olderThan: number | undefined;
  const add = (events: readonly ListedEvent[]): void => {
    for (const event of events) byUuid.set(event.uuid, event);
    shown = [...byUuid.values()].toSorted((a, b) => a.id - b.id);
    listeners.tell(shown);
  };
  const addPage = (events: readonly ListedEvent[], more: boolean): void => {
    olderThan = more ? events[0]?.id : undefined;
    add(events);
  };
  const data = { call_id: callId };
  const stops = [
    // After a reconnect, events may be missing between these and what is here: older ones are asked for from these on.
    on('CallEvents', (frame) => {
      if (frame.data.call_id === callId) addPage(frame.data.events, frame.data.more === true);
    }),
    on('CallEventAdded', (frame) => {
      if (frame.data.call_id === callId) add([frame.data.event]);
    }),
    watch({ event: 'WatchCall', data, end: { event: 'UnwatchCall', data } }),
  ];
  return {
    get: () => shown,
    subscribe: listeners.add,
    hasOlder: () => olderThan !== undefined,
    loadOlder: async () => {
      const before = olderThan;
      if (before === undefined) return;
      const answer = await request('ListCallEvents', { ...data, before });
      // It was asked for twice, or began anew meanwhile.
      if (olderThan === before) addPage(answer.data as readonly ListedEvent[], answer.more === true);
    },
    [Symbol.dispose]: () => stops.forEach((stop) => stop()),
  };
}
