import type { TextField } from '../text-limits.ts';

/** What a source states in one fact. Texts are null where it states nothing. */
export interface StatedFact {
  /** One of `kinds`; any other kind is stored, and changes nothing. */
  readonly kind: string;
  readonly actor: string | null;
  readonly queue: string | null;
  readonly code: string | null;
  readonly number: string | null;
  readonly destination: string | null;
  readonly url: string | null;
  readonly direction: string | null;
  readonly ourNumber: string | null;
  readonly theirNumber: string | null;
  readonly theirNumberType: string | null;
  /** Why an agent pauses. */
  readonly reason: string | null;
}

const textNames = {
  actor: 'actor',
  queue: 'queue',
  code: 'code',
  number: 'number',
  destination: 'destination',
  url: 'url',
  direction: 'direction',
  ourNumber: 'our_number',
  theirNumber: 'their_number',
  theirNumberType: 'their_number_type',
  reason: 'reason',
} as const satisfies Record<Exclude<keyof StatedFact, 'kind'>, TextField>;

/** The texts of a fact besides its kind: property, and name in JSON and of its limit. */
export const factTexts = Object.entries(textNames) as [
  keyof typeof textNames,
  (typeof textNames)[keyof typeof textNames],
][];

/** What one record states, all of it about one call, or else about one agent: one event, and one row of `events`. */
export interface SourceEvent {
  /** The sender's name for what happened. */
  readonly type: string;
  /** The record as JSON text that jsonb can store. */
  readonly json: string;
  readonly callId: string | null;
  /** The event's own time in ms since 1970; null if it has no usable one. */
  readonly at: number | null;
  /** Whether its identity is computed without the reception. Frozen: a change would give stored events other uuids. */
  readonly isTimed: boolean;
  /** Whether it is of the past, read from a file: its clock is `imported` then. Absent: no. */
  readonly isImported?: boolean;
  readonly facts: readonly [StatedFact, ...StatedFact[]];
  /** Fields that are null because they exceed {@link textLimits}; null if none does. */
  readonly omitted: readonly TextField[] | null;
}

/**
 * Reads the records of one kind of telephony system. Pure: a rebuild reads the log again, and the same bytes must give the
 * same facts.
 */
export interface Source {
  /** Value of the record header `source`: 1 to 32 of a-z, 0-9 and -. Frozen, because the log has it. */
  readonly name: string;
  /**
   * `problem` says in a sentence why it is not an event; it quotes nothing of the value.
   * @param hints the record's header `hints`; null without one
   */
  readonly read: (value: Uint8Array, hints: string | null) => SourceEvent | { readonly problem: string };
}
