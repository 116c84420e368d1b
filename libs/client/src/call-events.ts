import type { ListedEvent } from '@callstream/contracts';
import type { Client } from './client.ts';
import { createListeners } from './store.ts';
import type { Store } from './store.ts';

/** The events of one call in the order of the log, each once. */
export interface CallEvents extends Store<readonly ListedEvent[]>, Disposable {}

/** An event that comes again replaces itself: another delivery of it may have been counted meanwhile. */
export function watchCallEvents({ on, watch }: Pick<Client, 'on' | 'watch'>, callId: string): CallEvents {
  const byUuid = new Map<string, ListedEvent>();
  const listeners = createListeners<readonly ListedEvent[]>();
  let shown: readonly ListedEvent[] = [];
  const add = (events: readonly ListedEvent[]): void => {
    for (const event of events) byUuid.set(event.uuid, event);
    shown = [...byUuid.values()].toSorted((a, b) => a.id - b.id);
    listeners.tell(shown);
  };
  const data = { call_id: callId };
  const stops = [
    on('CallEvents', (frame) => {
      if (frame.data.call_id === callId) add(frame.data.events);
    }),
    on('CallEventAdded', (frame) => {
      if (frame.data.call_id === callId) add([frame.data.event]);
    }),
    watch({ event: 'WatchCall', data, end: { event: 'UnwatchCall', data } }),
  ];
  return {
    get: () => shown,
    subscribe: listeners.add,
    [Symbol.dispose]: () => stops.forEach((stop) => stop()),
  };
}
