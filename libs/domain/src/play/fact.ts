import type { CallEvent } from '../event.ts';
import { compareText } from '../compare-text.ts';
import type { StatedFact } from '../sources/source.ts';
import { kindRank } from './kind-rank.ts';

/**
 * Where the time of a fact comes from. `own`: the event's own time. `none`: the reception, because the event has no usable
 * time. `ahead`: the reception, because the own time is more than {@link clockAheadMsMax} after it. `imported`: the event's own
 * time, of an event that a file of the past has: its reception says nothing.
 */
export type Clock = 'own' | 'none' | 'ahead' | 'imported';

/** Largest lead of a sender's clock over ours that is believed, in ms; belongs to the projection version. */
const clockAheadMsMax = 5 * 60_000;

/** When an event happened: its own time, unless it has none or its clock is too far ahead. */
export function timeOf(own: number | null, receivedAt: number, isImported = false): Pick<Fact, 'at' | 'clock'> {
  if (own === null) return { at: receivedAt, clock: 'none' };
  if (isImported) return { at: own, clock: 'imported' };
  return own > receivedAt + clockAheadMsMax ? { at: receivedAt, clock: 'ahead' } : { at: own, clock: 'own' };
}

/** One statement of an event about its call. Several facts of one event share its uuid and differ in `part`. */
export interface Fact extends Omit<StatedFact, 'reason'> {
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
}

/** What {@link factsOf} needs of an event. */
export type StatingEvent = StatedFact &
  Pick<CallEvent, 'uuid' | 'id' | 'callId' | 'at' | 'clock' | 'ownAt' | 'receivedAt' | 'facts'>;

/** The facts that an event states about its call; none if it names no call. */
export function factsOf(event: StatingEvent): readonly Fact[] {
  if (event.callId === null) return [];
  if (event.facts === null) return [factOf(event, event, 0)];
  return event.facts.map((stated, part) => factOf(event, stated, part));
}

const factOf = (event: StatingEvent, stated: StatedFact, part: number): Fact => ({
  uuid: event.uuid,
  part,
  id: event.id,
  at: event.at,
  clock: event.clock,
  ownAt: event.ownAt,
  receivedAt: event.receivedAt,
  kind: stated.kind,
  actor: stated.actor,
  queue: stated.queue,
  number: stated.number,
  destination: stated.destination,
  url: stated.url,
  code: stated.code,
  direction: stated.direction,
  ourNumber: stated.ourNumber,
  theirNumber: stated.theirNumber,
  theirNumberType: stated.theirNumberType,
});

/** The order in which facts are played: time, then rank of their kind, then position in the log. */
export const compareFacts = (a: Fact, b: Fact): number =>
  a.at - b.at || kindRank(a.kind) - kindRank(b.kind) || a.id - b.id || a.part - b.part;

/** An order of facts that is the same whichever delivery of their events is known. */
export const compareByOwnTime = (a: Fact, b: Fact): number =>
  (a.ownAt ?? a.receivedAt) - (b.ownAt ?? b.receivedAt) || compareText(a.uuid, b.uuid) || a.part - b.part;
