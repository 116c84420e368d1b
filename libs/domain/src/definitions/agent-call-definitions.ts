import type { NumberDefinition } from './number-definition.ts';

/** Times of agents on calls, of a period in which they entered them. */
export const agentCallDefinitions = {
  'agent-calls': {
    name: 'Agent calls',
    sentence: 'Times that the agent entered a call in the period, of all directions.',
    example: 'Ana answers two callers, and enters the call of one of them again after a transfer: 3.',
  },
  'agent-time-on-calls': {
    name: 'Agent time on calls',
    sentence: 'Sum of the times that the agent was on these calls, without those that go on.',
    example: 'Ana was on two calls for 2 and 4 minutes, and is on a third one: 6 minutes.',
  },
  'agent-mean-time-on-a-call': {
    name: 'Agent mean time on a call',
    sentence: 'Mean time that the agent was on one of these calls, without those that go on.',
    example: 'Ana was on two calls for 2 and 4 minutes: 3 minutes.',
  },
  'agent-longest-time-on-a-call': {
    name: 'Agent longest time on a call',
    sentence: 'Longest time that the agent was on one of these calls, without those that go on.',
    example: 'Ana was on two calls for 2 and 4 minutes: 4 minutes.',
  },
} as const satisfies Readonly<Record<string, NumberDefinition>>;
