import type { CallEvent } from '../event.ts';
import { compareText } from '../compare-text.ts';
import { kindRank } from './kind-rank.ts';

/**
 * Where the time of a fact comes from. `own`: the event's own time. `none`: it has no usable one, so it counts as
 * received. `ahead`: its own time is further ahead of its reception than {@link aheadMsMax}, so it counts as received.
 */
export type Clock = 'own' | 'none' | 'ahead';

/** A sender's clock may be ahead of ours by so much, in ms; belongs to the projection version. */
export const clockAheadMsMax = 5 * 60_000;

/** What one event states about a call. An event may state several facts; they share its uuid and differ in `part`. */
export interface Fact {
  /** Of the event that states it. */
  readonly uuid: string;
  /** 0 for the first fact of its event. */
  readonly part: number;
  /** Event id of the delivery that counts: the first in the log. */
  readonly id: number;
  /** ms since 1970; see {@link Clock}. */
  readonly at: number;
  readonly clock: Clock;
  /** The event's own time as it was sent, in ms since 1970, also if it is ahead; null if it has no usable one. */
  readonly ownAt: number | null;
  /** When the delivery that counts was received, in ms since 1970. */
  readonly receivedAt: number;
  readonly kind: string;
  readonly actor: string | null;
  readonly queue: string | null;
  readonly number: string | null;
  readonly destination: string | null;
  readonly url: string | null;
  readonly code: string | null;
  readonly direction: string | null;
  readonly ourNumber: string | null;
  readonly theirNumber: string | null;
  readonly theirNumberType: string | null;
}

/** What an event states about its call; nothing if it names none. */
export function factsOf(event: CallEvent): readonly Fact[] {
  if (event.callId === null) return [];
  return [
    {
      uuid: event.uuid,
      part: 0,
      id: event.id,
      at: event.at,
      clock: event.clock,
      ownAt: event.ownAt,
      receivedAt: event.receivedAt,
      kind: event.kind,
      actor: event.actor,
      queue: event.queue,
      number: event.number,
      destination: event.destination,
      url: event.url,
      code: event.code,
      direction: event.direction,
      ourNumber: event.ourNumber,
      theirNumber: event.theirNumber,
      theirNumberType: event.theirNumberType,
    },
  ];
}

/** Order in which facts are played: own time, then rank of kind, then place in the log. */
export const compareFacts = (a: Fact, b: Fact): number =>
  a.at - b.at || kindRank(a.kind) - kindRank(b.kind) || a.id - b.id || a.part - b.part;

/** An order of facts that does not depend on which delivery of their events counts. */
export const compareByOwnTime = (a: Fact, b: Fact): number =>
  (a.ownAt ?? a.receivedAt) - (b.ownAt ?? b.receivedAt) || compareText(a.uuid, b.uuid) || a.part - b.part;
