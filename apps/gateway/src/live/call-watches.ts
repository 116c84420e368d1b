import type { MessageId } from '@callstream/contracts';
import type { CallEvent } from '@callstream/domain';
import { answerBytesMax } from '@callstream/tables';
import { setTimeout as pause } from 'node:timers/promises';
import { maySee } from '../access/scope.ts';
import type { Scope } from '../access/scope.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import type { Requester } from '../scheduling/requester.ts';
import { RequestFailure } from '../access/request-failure.ts';
import type { EventList } from '../queries/call-queries.ts';
import { LiveEvent } from './live-event.ts';

/** Most calls that one socket watches. */
const watchesMax = 20;
/** Longest that a watch waits for Postgres to have what the gateway has read, in ms. */
const projectedMsMax = 10_000;
const lookEveryMs = 50;
/** Events that may come while it waits, and their bytes; if there are more, it begins anew. */
const waitingMax = 1_000;
const waitingBytesMax = answerBytesMax;
/** Events that are remembered, of all calls that are watched: one that is delivered twice is told once. About 10 MB. */
const seenMax = 100_000;

const end = Buffer.from('}}');

interface CallWatch {
  readonly client: SocketClient;
  readonly callId: string;
  /** Events that came before what is in Postgres was told; null: it has been told. */
  waiting: LiveEvent[] | null;
}

export interface CallWatches {
  /** Tells the newest events of a call so far, then each one that comes. @throws {Failure} */
  readonly watch: (client: SocketClient, callId: string, id: MessageId | undefined) => Promise<void>;
  readonly unwatch: (client: SocketClient, callId: string) => void;
  readonly drop: (client: SocketClient) => void;
  /** To be called with every event that the gateway reads. */
  readonly onEvents: (events: readonly CallEvent[]) => void;
}

export interface CallWatchesOptions {
  readonly topic: string;
  /** Next offset of each partition, as far as the gateway has read. */
  readonly positions: () => ReadonlyMap<number, number>;
  /** The same of the projection. @throws while Postgres is away */
  readonly projected: () => Promise<ReadonlyMap<number, number>>;
  /** As far as they may be seen. */
  readonly listCallEvents: (asker: Requester, asked: { readonly callId: string }, scope: Scope) => Promise<EventList>;
  /** Where the call is, as far as it is known now. */
  readonly queueOf: (callId: string) => string | null;
}

export function createCallWatches({
  topic,
  positions,
  projected,
  listCallEvents,
  queueOf,
}: CallWatchesOptions): CallWatches {
  const byCall = new Map<string, Set<CallWatch>>();
  const byClient = new Map<SocketClient, Map<string, CallWatch>>();
  const seen = new Set<string>();

  const add = (client: SocketClient, callId: string): CallWatch => {
    const watch: CallWatch = { client, callId, waiting: [] };
    const ofClient = byClient.get(client) ?? new Map<string, CallWatch>();
    byClient.set(client, ofClient.set(callId, watch));
    byCall.set(callId, (byCall.get(callId) ?? new Set()).add(watch));
    return watch;
  };
  const remove = (client: SocketClient, callId: string): void => {
    const ofClient = byClient.get(client);
    const watch = ofClient?.get(callId);
    if (!ofClient || !watch) return;
    takeWaiting(watch, null);
    ofClient.delete(callId);
    if (ofClient.size === 0) byClient.delete(client);
    const ofCall = byCall.get(callId);
    ofCall?.delete(watch);
    if (ofCall?.size === 0) byCall.delete(callId);
  };
  const isCurrent = (watch: CallWatch): boolean => byClient.get(watch.client)?.get(watch.callId) === watch;

  const tell = ({ client, callId }: CallWatch, event: LiveEvent): void => {
    const scope = client.scope();
    if (maySee(scope, queueOf(callId))) client.send(`CallEventAdded ${event.uuid}`, event.frame(scope.masked));
  };

  /** What Postgres has once it has all that was read when the last of `watch.waiting` was emptied. */
  const readStored = async (watch: CallWatch): Promise<EventList | null> => {
    const deadline = performance.now() + projectedMsMax;
    while (performance.now() < deadline) {
      takeWaiting(watch, []);
      const target = positions();
      while (!isPast(await projected(), target)) {
        // Who watches anew, or no more, does not have Postgres asked for it any longer.
        if (performance.now() > deadline || !isCurrent(watch)) break;
        await pause(lookEveryMs);
      }
      if (!isCurrent(watch)) return null;
      if (performance.now() > deadline) break;
      const list = await listCallEvents(watch.client, { callId: watch.callId }, watch.client.scope());
      if (!isFull(watch.waiting ?? [])) return list;
    }
    throw new RequestFailure('Postgres is behind the log at the moment. Ask again.');
  };

  return {
    watch: async (client, callId, id) => {
      if (!byClient.get(client)?.has(callId) && (byClient.get(client)?.size ?? 0) >= watchesMax)
        throw new RequestFailure(`A socket watches at most ${watchesMax} calls: send UnwatchCall for another first.`);
      remove(client, callId);
      const watch = add(client, callId);
      try {
        const stored = await readStored(watch);
        if (!stored || !isCurrent(watch)) return;
        const { rows, more, uuids } = stored;
        const head = { event: 'CallEvents', status: 'Ok', id, data: { call_id: callId, ...(more ? { more } : {}) } };
        const begin = Buffer.from(`${JSON.stringify(head).slice(0, -2)},"events":`);
        client.send(`CallEvents ${callId}`, [begin, rows, end]);
        for (const uuid of uuids) remember(seen, uuid);
        const told = new Set(uuids);
        for (const event of takeWaiting(watch, null)) if (!told.has(event.uuid)) tell(watch, event);
      } catch (error) {
        if (isCurrent(watch)) remove(client, callId);
        throw error;
      }
    },
    unwatch: remove,
    drop: (client) => {
      for (const callId of byClient.get(client)?.keys() ?? []) remove(client, callId);
    },
    onEvents: (events) => {
      if (byCall.size === 0) return;
      for (const event of events) {
        const watches = byCall.get(event.callId ?? '');
        if (!watches || event.callId === null || seen.has(event.uuid)) continue;
        remember(seen, event.uuid);
        const added = new LiveEvent(topic, event.callId, event);
        for (const watch of watches)
          if (watch.waiting === null) tell(watch, added);
          else if (!isFull(watch.waiting)) {
            watch.waiting.push(added);
            watch.client.hold(added);
          }
      }
    },
  };
}

/** Empties what waits, and says what it was; `then`: what is to wait from now on. */
function takeWaiting(watch: CallWatch, then: LiveEvent[] | null): readonly LiveEvent[] {
  const waited = watch.waiting ?? [];
  for (const event of waited) watch.client.release(event);
  watch.waiting = then;
  return waited;
}

const isFull = (waiting: readonly LiveEvent[]): boolean =>
  waiting.length >= waitingMax || waiting.reduce((sum, { byteLength }) => sum + byteLength, 0) >= waitingBytesMax;

const isPast = (positions: ReadonlyMap<number, number>, target: ReadonlyMap<number, number>): boolean =>
  [...target].every(([partition, offset]) => (positions.get(partition) ?? 0) >= offset);

function remember(seen: Set<string>, uuid: string): void {
  seen.add(uuid);
  if (seen.size <= seenMax) return;
  for (const oldest of seen) return void seen.delete(oldest);
}
