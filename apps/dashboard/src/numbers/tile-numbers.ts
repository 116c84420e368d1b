import type { AgentNow } from '@callstream/contracts';
import type { CallDirection, callOutcomes, NumberId } from '@callstream/domain';

/** The number of each tile of agents. */
export const numberOfPresence = {
  on_call: 'agents-on-a-call',
  ringing: 'agents-ringing',
  wrap_up: 'agents-in-wrap-up',
  available: 'agents-available',
  paused: 'agents-paused',
  not_known: 'agents-unknown',
  logged_out: 'agents-logged-out',
} as const satisfies Record<AgentNow['presence'], NumberId>;

/** The numbers of calls by direction and outcome. */
export const numberOfOutcome: {
  readonly [Direction in CallDirection]: Readonly<Record<(typeof callOutcomes)[Direction][number] | 'calls', NumberId>>;
} = {
  inbound: {
    calls: 'inbound-calls',
    answered: 'inbound-calls-answered',
    answered_without_queue: 'inbound-calls-answered-without-a-queue',
    abandoned: 'inbound-calls-abandoned',
    flowed_out: 'inbound-calls-overflowed',
    ended_before_queue: 'inbound-calls-ended-before-a-queue',
    open: 'inbound-calls-in-progress',
    not_known: 'inbound-calls-unknown',
  },
  outbound: {
    calls: 'outbound-calls',
    connected: 'outbound-calls-connected',
    not_connected: 'outbound-calls-not-connected',
    open: 'outbound-calls-in-progress',
    not_known: 'outbound-calls-unknown',
  },
  internal: {
    calls: 'internal-calls',
    answered: 'internal-calls-answered',
    not_answered: 'internal-calls-not-answered',
    open: 'internal-calls-in-progress',
    not_known: 'internal-calls-unknown',
  },
};
