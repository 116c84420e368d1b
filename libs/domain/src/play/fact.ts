import type { CallEvent } from '../event.ts';
import { compareText } from '../compare-text.ts';
import { kindRank } from './kind-rank.ts';

/**
 * Where the time of a fact comes from. `own`: the event's own time. `none`: the reception, because the event has no usable
 * time. `ahead`: the reception, because the own time is more than {@link clockAheadMsMax} after it.
 */
export type Clock = 'own' | 'none' | 'ahead';

/** Largest lead of a sender's clock over ours that is believed, in ms; belongs to the projection version. */
export const clockAheadMsMax = 5 * 60_000;

/** One statement of an event about its call. Several facts of one event share its uuid and differ in `part`. */
export interface Fact {
  /** The event's. */
  readonly uuid: string;
  /** 0 for the first fact of its event. */
  readonly part: number;
  /** Event id of the event's first delivery in the log, which is the one that counts. */
  readonly id: number;
  /** Time of the fact in ms since 1970; its source is in `clock`. */
  readonly at: number;
  readonly clock: Clock;
  /** The event's own time as sent, in ms since 1970, also where it is not believed; null if it has no usable one. */
  readonly ownAt: number | null;
  /** Reception of the first delivery, in ms since 1970. */
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

/** The facts that an event states about its call; none if it names no call. */
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

/** The order in which facts are played: time, then rank of their kind, then position in the log. */
export const compareFacts = (a: Fact, b: Fact): number =>
  a.at - b.at || kindRank(a.kind) - kindRank(b.kind) || a.id - b.id || a.part - b.part;

/** An order of facts that is the same whichever delivery of their events is known. */
export const compareByOwnTime = (a: Fact, b: Fact): number =>
  (a.ownAt ?? a.receivedAt) - (b.ownAt ?? b.receivedAt) || compareText(a.uuid, b.uuid) || a.part - b.part;
