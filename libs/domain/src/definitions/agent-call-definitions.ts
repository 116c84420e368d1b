import type { NumberDefinition } from './number-definition.ts';

/** Times of agents on calls, of a period in which they entered them. */
export const agentCallDefinitions = {
  'times-on-calls': {
    name: 'Times on calls',
    sentence: 'Times that agents entered calls in the period, of all directions; each agent on a call counts.',
    example: 'A caller talks with Ana, who transfers to Bia: 2.',
  },
  'talk-time': {
    name: 'Talk time',
    sentence: 'Sum of the times that agents were on these calls, on hold or not, without those that go on.',
    example: 'Ana was on a call for 2 minutes, and Bia after her for 4 minutes: 6 minutes.',
  },
  'mean-talk-time': {
    name: 'Mean talk time',
    sentence: 'Mean time that an agent was on one of these calls, without those that go on.',
    example: 'Ana was on a call for 2 minutes, and Bia after her for 4 minutes: 3 minutes.',
  },
  'longest-talk-time': {
    name: 'Longest talk time',
    sentence: 'Longest time that an agent was on one of these calls, without those that go on.',
    example: 'Ana was on a call for 2 minutes, and Bia after her for 4 minutes: 4 minutes.',
  },
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
  'agent-logged-in-time': {
    name: 'Agent logged-in time',
    sentence:
      'How long the agent was logged in during the period, paused or not; each moment once, in however many queues.',
    example: 'Ana is logged in from 9 to 12, in two queues: 3 hours.',
  },
  'agent-paused-time': {
    name: 'Agent paused time',
    sentence: 'How long the agent was paused while logged in, without the times on calls.',
    example: 'Ana is paused from 10:00 to 10:20, and on a call until 10:05: 15 minutes.',
  },
  occupancy: {
    name: 'Occupancy',
    sentence:
      'Of the time that the agent was logged in and not paused: the share with a call: on it, ringing, or in wrap-up.',
    example: 'Ana is logged in for 3 hours, is paused for half an hour, and has calls for 2 hours: 0.8.',
  },
} as const satisfies Readonly<Record<string, NumberDefinition>>;
