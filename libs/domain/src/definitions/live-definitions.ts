import type { NumberDefinition } from './number-definition.ts';

/** Current calls. */
export const liveDefinitions = {
  'waiting-callers': {
    name: 'Waiting callers',
    sentence: 'Callers who wait in a queue now, without outbound and internal calls.',
    example: 'Two callers and one outbound call wait in queue 900: 2.',
  },
  'longest-wait': {
    name: 'Longest wait',
    sentence: 'Since when the caller who has waited longest now has been waiting.',
    example: 'One caller has waited since 10:00:00, another since 10:00:40: at 10:01:00 the longest wait is 1:00.',
  },
  'talking-callers': {
    name: 'Talking callers',
    sentence: 'Calls of callers that are answered and go on now, without outbound and internal calls.',
    example: 'Three callers talk to agents, and an agent talks to a customer whom the agent dialled: 3.',
  },
  'waiting-outbound-calls': {
    name: 'Waiting outbound calls',
    sentence: 'Outbound calls that wait in a queue now.',
    example: 'A dialled customer waits for an agent in queue 900: 1.',
  },
  'talking-outbound-calls': {
    name: 'Talking outbound calls',
    sentence: 'Outbound calls that are answered and go on now.',
    example: 'An agent talks to a customer whom the agent dialled: 1.',
  },
  'waiting-internal-calls': {
    name: 'Waiting internal calls',
    sentence: 'Internal calls that wait in a queue now.',
    example: 'An agent calls the queue of the supervisors and waits there: 1.',
  },
  'talking-internal-calls': {
    name: 'Talking internal calls',
    sentence: 'Internal calls that are answered and go on now.',
    example: 'Two agents talk to each other: 1.',
  },
} as const satisfies Readonly<Record<string, NumberDefinition>>;
