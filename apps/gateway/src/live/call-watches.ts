import type { MessageId } from '@callstream/contracts';
import type { CallEvent } from '@callstream/domain';
import { partitionsMax } from '@callstream/domain';
import type { EventRow } from '@callstream/tables';
import { setTimeout as pause } from 'node:timers/promises';
import { maskEvent } from '../access/mask.ts';
import { maySee } from '../access/scope.ts';
import type { Scope } from '../access/scope.ts';
import type { Client } from '../client.ts';
import { Failure } from '../failure.ts';
import type { ReadCallEvents } from '../queries.ts';

/** Most calls that one socket watches. */
const watchesMax = 20;
/** Longest that a watch waits for Postgres to have what the gateway has read, in ms. */
const projectedMsMax = 10_000;
const lookEveryMs = 50;
/** Events that may come while it waits; if there are more, it begins anew. */
const waitingMax = 1_000;
/** Events that are remembered, so that one that is delivered twice is told once. */
const seenMax = 10_000;

interface Watch {
  readonly client: Client;
  readonly callId: string;
  readonly seen: Set<string>;
  /** Events that came before what is in Postgres was told; null: it has been told. */
  waiting: CallEvent[] | null;
}

export interface CallWatches {
  /** Tells all events of a call so far, then each one that comes. @throws {Failure} */
  readonly watch: (client: Client, callId: string, id: MessageId | undefined) => Promise<void>;
  readonly unwatch: (client: Client, callId: string) => void;
  readonly drop: (client: Client) => void;
  /** To be called with every event that the gateway reads. */
  readonly onEvents: (events: readonly CallEvent[]) => void;
}

export interface Watching {
  readonly topic: string;
  /** Next offset of each partition, as far as the gateway has read. */
  readonly positions: () => ReadonlyMap<number, number>;
  /** The same of the projection. @throws while Postgres is away */
  readonly projected: () => Promise<ReadonlyMap<number, number>>;
  /** As far as they may be seen; not masked. */
  readonly listCallEvents: ReadCallEvents;
  /** Where the call is, as far as it is known now. */
  readonly queueOf: (callId: string) => string | null;
}

export function createCallWatches({ topic, positions, projected, listCallEvents, queueOf }: Watching): CallWatches {
  const byCall = new Map<string, Set<Watch>>();
  const byClient = new Map<Client, Map<string, Watch>>();

  const add = (client: Client, callId: string): Watch => {
    const watch: Watch = { client, callId, seen: new Set(), waiting: [] };
    const ofClient = byClient.get(client) ?? new Map<string, Watch>();
    byClient.set(client, ofClient.set(callId, watch));
    byCall.set(callId, (byCall.get(callId) ?? new Set()).add(watch));
    return watch;
  };
  const remove = (client: Client, callId: string): void => {
    const ofClient = byClient.get(client);
    const watch = ofClient?.get(callId);
    if (!ofClient || !watch) return;
    ofClient.delete(callId);
    if (ofClient.size === 0) byClient.delete(client);
    const ofCall = byCall.get(callId);
    ofCall?.delete(watch);
    if (ofCall?.size === 0) byCall.delete(callId);
  };
  const isCurrent = (watch: Watch): boolean => byClient.get(watch.client)?.get(watch.callId) === watch;

  const tell = ({ client, callId, seen }: Watch, event: CallEvent): void => {
    const scope = client.scope();
    if (seen.has(event.uuid) || !maySee(scope, queueOf(callId))) return;
    remember(seen, event.uuid);
    const data = `{"call_id":${JSON.stringify(callId)},"event":${listed(topic, event, scope)}}`;
    client.send(`CallEventAdded ${event.uuid}`, `{"event":"CallEventAdded","data":${data}}`);
  };

  /** What Postgres has once it has all that was read when the last of `watch.waiting` was emptied. */
  const readStored = async (watch: Watch): Promise<readonly EventRow[]> => {
    const deadline = performance.now() + projectedMsMax;
    while (performance.now() < deadline) {
      watch.waiting = [];
      const target = positions();
      while (!isPast(await projected(), target)) {
        // Who watches anew, or no more, does not have Postgres asked for it any longer.
        if (performance.now() > deadline || !isCurrent(watch)) break;
        await pause(lookEveryMs);
      }
      if (!isCurrent(watch)) return [];
      if (performance.now() > deadline) break;
      const rows = await listCallEvents(watch.client, watch.callId, watch.client.scope());
      if (watch.waiting.length < waitingMax) return rows;
    }
    throw new Failure('Postgres is behind the log at the moment. Ask again.');
  };

  return {
    watch: async (client, callId, id) => {
      if (!byClient.get(client)?.has(callId) && (byClient.get(client)?.size ?? 0) >= watchesMax)
        throw new Failure(`A socket watches at most ${watchesMax} calls: send UnwatchCall for another first.`);
      remove(client, callId);
      const watch = add(client, callId);
      try {
        const rows = await readStored(watch);
        if (!isCurrent(watch)) return;
        const data = { call_id: callId, events: client.scope().masked ? rows.map(maskEvent) : rows };
        client.send(`CallEvents ${callId}`, JSON.stringify({ event: 'CallEvents', status: 'Ok', id, data }));
        for (const { uuid } of rows) remember(watch.seen, uuid);
        const waited = watch.waiting ?? [];
        watch.waiting = null;
        for (const event of waited) tell(watch, event);
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
      for (const event of events)
        for (const watch of byCall.get(event.callId ?? '') ?? [])
          if (watch.waiting === null) tell(watch, event);
          else if (watch.waiting.length < waitingMax) watch.waiting.push(event);
    },
  };
}

const isPast = (positions: ReadonlyMap<number, number>, target: ReadonlyMap<number, number>): boolean =>
  [...target].every(([partition, offset]) => (positions.get(partition) ?? 0) >= offset);

function remember(seen: Set<string>, uuid: string): void {
  seen.add(uuid);
  if (seen.size <= seenMax) return;
  for (const oldest of seen) return void seen.delete(oldest);
}

/** An event as `ListCallEvents` has it, as JSON text. The body goes in as the text it is. */
function listed(topic: string, event: CallEvent, scope: Scope): string {
  const facts = {
    ...{ id: event.id, aggregate_id: event.callId, uuid: event.uuid },
    ...{ received_at: new Date(event.receivedAt).toISOString(), deliveries: 1, topic },
    ...{ partition: event.id % partitionsMax, offset: Math.floor(event.id / partitionsMax) },
  };
  if (scope.masked) return JSON.stringify(maskEvent({ ...facts, event: JSON.parse(event.json) as unknown }));
  const row = JSON.stringify(facts);
  return `${row.slice(0, -1)},"event":${event.json}}`;
}
