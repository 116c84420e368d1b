import type { NumberDefinition } from './number-definition.ts';

/** Our answers to `call.standby`, of a period in which their outcomes were known. */
export const delegationDefinitions = {
  'calls-delegated': {
    name: 'Calls delegated',
    sentence:
      'Calls that a rule was to send somewhere, and calls that were read too late for one, by the time of the outcome.',
    example: 'Two answers reach the provider, and one call is read too late: 3.',
  },
  'delegations-sent': {
    name: 'Delegations sent',
    sentence: 'Answers that the provider took within the deadline.',
    example: 'Of three answers the provider takes two: 2.',
  },
  'share-of-delegations-sent': {
    name: 'Share of delegations sent',
    sentence: 'Delegations sent, divided by the calls delegated.',
    example: 'The provider takes 98 of 100 answers: 0.98.',
  },
  'delegations-failed': {
    name: 'Delegations failed',
    sentence: 'Answers that the provider refused, or for which it could not be reached within the deadline.',
    example: 'The provider answers one call with 401: 1.',
  },
  'delegations-late': {
    name: 'Delegations late',
    sentence: 'Calls of which nothing was sent, because the deadline was over.',
    example: 'Postgres is away for a minute, and two calls come meanwhile: 2.',
  },
  'delegations-unknown': {
    name: 'Delegations unknown',
    sentence: 'Answers that were sent, or may have been, and of which it is not known whether the provider took them.',
    example: 'The provider does not answer in time: 1.',
  },
  'delegation-latency': {
    name: 'Delegation latency',
    sentence:
      'Time within which the provider took 95 of 100 delegations sent, from the reception of the event by which the provider asked.',
    example: 'Of 20 answers 19 took at most 36 ms, and one took 900 ms: 36 ms.',
  },
} as const satisfies Readonly<Record<string, NumberDefinition>>;
