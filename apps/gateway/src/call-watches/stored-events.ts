import { setTimeout as pause } from 'node:timers/promises';
import { responseBytesMax } from '@callstream/tables';
import { RequestFailure } from '../access/request-failure.ts';
import type { Scope } from '../access/scope.ts';
import type { EventList } from '../queries/call-queries.ts';
import type { Requester } from '../scheduling/requester.ts';
import { enter, heldEvents } from './call-watch.ts';
import type { CallWatch, CallWatchIndex } from './call-watch.ts';
import type { LiveEvent } from './live-event.ts';

/** Deadline for the projection to reach what the gateway has read, in ms. */
const projectedMsMax = 10_000;
const pollEveryMs = 50;
/** Limits of the events that are held for a watch meanwhile. Beyond them, Postgres is read again. */
const heldEventsMax = 1_000;
const heldBytesMax = responseBytesMax;

export interface StoredEventsOptions {
  /** Next offset of each partition that the gateway has read. */
  readonly positions: () => ReadonlyMap<number, number>;
  /** Next offset of each partition of the projection. @throws while Postgres is not available */
  readonly projected: () => Promise<ReadonlyMap<number, number>>;
  /** The newest events of a call, as far as the scope may see them. */
  readonly listCallEvents: (
    requester: Requester,
    params: { readonly callId: string },
    scope: Scope,
  ) => Promise<EventList>;
}

/**
 * Reads the stored events of a watched call, so that together with the held ones none is missing: Postgres must have all that
 * the gateway had read when it began to hold.
 * @returns null if the watch was removed
 * @throws {RequestFailure} if the projection is too far behind
 */
export async function readStoredEvents(
  watch: CallWatch,
  index: CallWatchIndex,
  { positions, projected, listCallEvents }: StoredEventsOptions,
): Promise<EventList | null> {
  const { client, callId } = watch;
  const deadline = performance.now() + projectedMsMax;
  while (performance.now() < deadline) {
    enter(watch, 'reading');
    const target = positions();
    while (!hasReached(await projected(), target)) {
      if (performance.now() > deadline || !index.has(watch)) break;
      await pause(pollEveryMs);
    }
    if (!index.has(watch)) return null;
    if (performance.now() > deadline) break;
    const list = await listCallEvents(client, { callId }, client.scope());
    if (!isFull(heldEvents(watch))) return list;
  }
  throw new RequestFailure('Postgres is behind the log at the moment. Ask again.');
}

/** Whether no more events can be held for a watch. */
export const isFull = (held: readonly LiveEvent[]): boolean =>
  held.length >= heldEventsMax || held.reduce((sum, { byteLength }) => sum + byteLength, 0) >= heldBytesMax;

const hasReached = (positions: ReadonlyMap<number, number>, target: ReadonlyMap<number, number>): boolean =>
  [...target].every(([partition, offset]) => (positions.get(partition) ?? 0) >= offset);
