import { callOutcomes } from '@callstream/domain';
import type { CallDirection, VisitCounts } from '@callstream/domain';

/** Columns of `visit_buckets` that are added up, by the count that each is. */
export const visitSums = {
  visits: 'visits',
  answered: 'answered',
  answeredWaitMs: 'answered_wait_ms',
  abandoned: 'abandoned',
  timedOut: 'timed_out',
  byKey: 'by_key',
  full: 'queue_full',
  empty: 'queue_empty',
  withdrawn: 'withdrawn',
  flowedOut: 'flowed_out',
  open: 'open',
} as const satisfies Partial<Record<keyof VisitCounts, string>>;

/** Columns of `talk_buckets` and `agent_buckets` that are added up. */
export const talkSums = ['calls', 'ended', 'on_call_ms'] as const;

/** The outcomes that depend on the moment: `call_buckets` has when the calls were last heard of. */
const unsettledOutcomes: readonly string[] = ['open', 'not_known'];

interface SettledOutcome {
  readonly direction: CallDirection;
  readonly outcome: string;
  /** Column of `call_buckets`. */
  readonly column: string;
}

export const callDirections = Object.keys(callOutcomes) as CallDirection[];

export const settledOutcomes: readonly SettledOutcome[] = callDirections.flatMap((direction) =>
  callOutcomes[direction]
    .filter((outcome) => !unsettledOutcomes.includes(outcome))
    .map((outcome) => ({ direction, outcome, column: `${direction}_${outcome}` })),
);

/** Column of `call_buckets`. */
export const unsettledColumn = (direction: CallDirection): string => `${direction}_unsettled`;
