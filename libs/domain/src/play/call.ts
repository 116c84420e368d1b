import type { CallState } from '../kinds.ts';

export type Outcome = 'answered' | 'abandoned' | 'flowed_out' | 'open';

/** One stay of a call in a queue (queue visit). Times are ms since 1970. */
export interface Visit {
  /** '' if the event named none. */
  readonly queue: string;
  /** When it began to wait there; of repeated waits, the first. */
  readonly waitingAt: number;
  readonly endedAt: number | null;
  readonly outcome: Outcome;
  /** From `waitingAt` to the answer or the abandon, in ms; null for the other outcomes. */
  readonly waitMs: number | null;
  /** Who answered; null if nobody did, or nobody was named. */
  readonly actor: string | null;
}

/**
 * How a segment ended. `answered_elsewhere`: somebody else answered while it rang. `transferred`: the call went on to wait
 * in another queue. `abandoned`: the caller left while it rang. `finished`: the call ended.
 */
export type SegmentEnd = 'left' | 'noanswer' | 'answered_elsewhere' | 'transferred' | 'abandoned' | 'finished';

/** One time of an agent on a call: rang, talked, or both. Times are ms since 1970, null if not known. */
export interface Segment {
  readonly actor: string;
  /** The extension. */
  readonly number: string | null;
  /** The queue through which the agent got the call, as far as it is known. */
  readonly queue: string | null;
  /** First and latest word that it rings. */
  readonly rangAt: number | null;
  readonly rangLastAt: number | null;
  /** First and latest word that the agent entered. */
  readonly enteredAt: number | null;
  readonly enteredLastAt: number | null;
  /** null while it rings or the agent is on the call. */
  readonly endedAt: number | null;
  readonly end: SegmentEnd | null;
}

/** A call as its facts tell it, played in order. Times are ms since 1970, null if not known. */
export interface Call {
  readonly callId: string;
  /** Event ids of its first and last fact in the log: of two versions of a call, the one with the greater `lastId` is newer. */
  readonly id: number;
  readonly lastId: number;
  readonly state: CallState;
  readonly stateAt: number;
  /** Whether a fact says that there is a call: only then it is a current call before its end. */
  readonly isOpened: boolean;
  /** Own time of the first fact of the life that is on; a call that came back has a new life. */
  readonly beganAt: number;
  readonly finishedAt: number | null;
  readonly direction: string | null;
  readonly ourNumber: string | null;
  readonly theirNumber: string | null;
  readonly theirNumberType: string | null;
  /** In which it waits, else was last. */
  readonly queue: string | null;
  readonly recordingUrl: string | null;
  readonly code: string | null;
  /** First and last beginning of a wait in this life. */
  readonly waitingAt: number | null;
  readonly waitingSince: number | null;
  /** First and last answer in this life. */
  readonly answeredAt: number | null;
  readonly answeredLastAt: number | null;
  /** First abandon in this life. */
  readonly abandonedAt: number | null;
  /** First and last reception. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Latest of the facts' own times. */
  readonly lastEventAt: number;
  /** By how much its sender's clock is behind ours, at least, in ms; 0 if it is not, or if the call was imported. */
  readonly delayMs: number;
  /** When it was last heard of: the last reception, but not later than its last own time and `delayMs`. */
  readonly heardAt: number;
  /** Whether it has more facts than are played. */
  readonly isLong: boolean;
  /** In the order of their beginnings. */
  readonly visits: readonly Visit[];
  /** In the order of their beginnings. */
  readonly segments: readonly Segment[];
}
