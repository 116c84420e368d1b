import type { CallState } from '../kinds.ts';

/**
 * How a queue visit ended. `timed_out`: the wait was too long for the queue. `by_key`: the caller pressed a key to leave.
 * `full`, `empty`: not let in, or sent out because no agent was there. `withdrawn`: taken out by an operator or a program.
 * `flowed_out`: it went on to wait elsewhere. `open`: none of these yet.
 */
export const visitOutcomes = [
  'answered',
  'abandoned',
  'timed_out',
  'by_key',
  'full',
  'empty',
  'withdrawn',
  'flowed_out',
  'open',
] as const;
export type Outcome = (typeof visitOutcomes)[number];

/** A queue visit: one stay of a call in a queue. Times are in ms since 1970. */
export interface Visit {
  /** '' if the event named none. */
  readonly queue: string;
  /** Time of the first wait there. */
  readonly waitingAt: number;
  readonly endedAt: number | null;
  readonly outcome: Outcome;
  /** From `waitingAt` to the end, in ms; null for `flowed_out` and `open`, and if it was not let in. */
  readonly waitMs: number | null;
  /** The agent who answered; null if none did, or none was named. */
  readonly actor: string | null;
}

/**
 * How a segment ended. `left`: the agent left the call. `noanswer`: the agent did not answer the ring. `answered_elsewhere`:
 * another agent answered while it rang. `transferred`: the call went on to another queue. `abandoned`: the caller hung up
 * while it rang. `cancelled`: the system stopped the ring for another reason, e.g. because the wait was too long. `finished`:
 * the call ended.
 */
export const segmentEnds = [
  'left',
  'noanswer',
  'answered_elsewhere',
  'transferred',
  'abandoned',
  'cancelled',
  'finished',
] as const;
export type SegmentEnd = (typeof segmentEnds)[number];

/** One time of an agent on a call: rang, talked, or both. Times are in ms since 1970; null if not known. */
export interface Segment {
  readonly actor: string;
  /** The extension. */
  readonly number: string | null;
  /** The queue through which the agent got the call; null if not known. */
  readonly queue: string | null;
  /** First and latest ring event. */
  readonly rangAt: number | null;
  readonly rangLastAt: number | null;
  /** First and latest entry event. */
  readonly enteredAt: number | null;
  readonly enteredLastAt: number | null;
  /** null while it rings or the agent is on the call. */
  readonly endedAt: number | null;
  readonly end: SegmentEnd | null;
}

/** A call, derived from its facts by {@link play}. Times are in ms since 1970; null if not known. */
export interface Call {
  readonly callId: string;
  /** Event ids of its first and last fact in the log. Of two versions of a call, the one with the greater `lastId` is newer. */
  readonly id: number;
  readonly lastId: number;
  readonly state: CallState;
  readonly stateAt: number;
  /** Whether a fact proves that there is a call. Without one, it is never a current call. */
  readonly isOpened: boolean;
  /** Own time of the first fact of the latest life; a call that comes back has a new life. */
  readonly beganAt: number;
  readonly finishedAt: number | null;
  readonly direction: string | null;
  readonly ourNumber: string | null;
  readonly theirNumber: string | null;
  readonly theirNumberType: string | null;
  /** The queue in which it waits, else the last in which it was. */
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
  /** Latest of the facts' times. */
  readonly lastEventAt: number;
  /** Lower bound of how far the sender's clock is behind ours, in ms; 0 if it is not behind, or the call was imported. */
  readonly delayMs: number;
  /** Time of the last event by our clock: its own time plus `delayMs`, at most the last reception. */
  readonly heardAt: number;
  /** Whether it has more facts than are played. */
  readonly isLong: boolean;
  /** In the order of their beginnings. */
  readonly visits: readonly Visit[];
  /** In the order of their beginnings. */
  readonly segments: readonly Segment[];
}
