import type { MessageId } from '@callstream/contracts';
import type { CallEvent } from '@callstream/domain';
import { RequestFailure } from '../access/request-failure.ts';
import type { OutgoingFrame } from '../outbox/frame.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import type { EventList } from '../queries/call-queries.ts';
import { CallWatchIndex, enter } from './call-watch.ts';
import type { CallWatch } from './call-watch.ts';
import { LiveEvent } from './live-event.ts';
import { isFull, readStoredEvents } from './stored-events.ts';
import type { StoredEventsOptions } from './stored-events.ts';

/** Most calls that one socket watches. */
const watchesMax = 20;
/** Most uuids that are remembered to deduplicate the events of all watched calls; about 10 MB. */
const seenMax = 100_000;

export interface CallWatches {
  /** Sends the newest stored events of a call, then each new one. @throws {RequestFailure} */
  readonly watch: (client: SocketClient, callId: string, id: MessageId | undefined) => Promise<void>;
  readonly unwatch: (client: SocketClient, callId: string) => void;
  readonly unwatchAll: (client: SocketClient) => void;
  /** Call with all events that the gateway reads from the log. */
  readonly onEvents: (events: readonly CallEvent[]) => void;
}

export interface CallWatchesOptions extends StoredEventsOptions {
  readonly topic: string;
  /** The queue of a call, as far as it is known now; null: none. */
  readonly queueOf: (callId: string) => string | null;
}

export function createCallWatches(options: CallWatchesOptions): CallWatches {
  const { topic, queueOf } = options;
  const index = new CallWatchIndex();
  const seen = new RecentUuids();

  const sendEvent = ({ client, callId }: CallWatch, event: LiveEvent): void => {
    const scope = client.scope();
    if (scope.includes(queueOf(callId))) client.send(`CallEventAdded ${event.uuid}`, scope.show(event.frame));
  };
  const sendOrHold = (watch: CallWatch, event: LiveEvent): void => {
    if (watch.state.kind === 'live') return sendEvent(watch, event);
    if (isFull(watch.state.held)) return;
    watch.state.held.push(event);
    watch.client.hold(event);
  };
  const sendStored = (watch: CallWatch, stored: EventList, id: MessageId | undefined): void => {
    watch.client.send(`CallEvents ${watch.callId}`, callEventsFrame(watch.callId, stored, id));
    for (const uuid of stored.uuids) seen.add(uuid);
    const sent = new Set(stored.uuids);
    for (const event of enter(watch, 'live')) if (!sent.has(event.uuid)) sendEvent(watch, event);
  };

  return {
    watch: async (client, callId, id) => {
      const watched = index.ofClient(client);
      if (!watched.has(callId) && watched.size >= watchesMax)
        throw new RequestFailure(`A socket watches at most ${watchesMax} calls: send UnwatchCall for another first.`);
      const watch = index.add(client, callId);
      try {
        const stored = await readStoredEvents(watch, index, options);
        if (stored && index.has(watch)) sendStored(watch, stored, id);
      } catch (error) {
        if (index.has(watch)) index.remove(client, callId);
        throw error;
      }
    },
    unwatch: (client, callId) => index.remove(client, callId),
    unwatchAll: (client) => {
      for (const callId of index.ofClient(client).keys()) index.remove(client, callId);
    },
    onEvents: (events) => {
      if (index.isEmpty()) return;
      for (const event of events) {
        const watches = index.ofCall(event.callId ?? '');
        if (!watches || event.callId === null || seen.has(event.uuid)) continue;
        seen.add(event.uuid);
        const liveEvent = new LiveEvent(topic, event.callId, event);
        for (const watch of watches) sendOrHold(watch, liveEvent);
      }
    },
  };
}

const end = Buffer.from('}}');

function callEventsFrame(callId: string, { rows, more }: EventList, id: MessageId | undefined): OutgoingFrame {
  const data = { call_id: callId, ...(more ? { more } : {}) };
  const head = { event: 'CallEvents', status: 'Ok', id, data };
  return [Buffer.from(`${JSON.stringify(head).slice(0, -2)},"events":`), rows, end];
}

/** The uuids of the newest events: a redelivery is not sent again. */
class RecentUuids {
  readonly #uuids = new Set<string>();

  has(uuid: string): boolean {
    return this.#uuids.has(uuid);
  }

  add(uuid: string): void {
    this.#uuids.add(uuid);
    if (this.#uuids.size <= seenMax) return;
    for (const oldest of this.#uuids) return void this.#uuids.delete(oldest);
  }
}
