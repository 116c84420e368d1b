import type { NumberDefinition } from './number-definition.ts';

/** Agents by presence. An agent has one presence over all queues: the first in the order of `presences`. */
export const agentDefinitions = {
  'agents-on-a-call': {
    name: 'Agents on a call',
    sentence: 'Agents who are on a call now, of whatever queue or of none.',
    example: 'Ana and Bia are both on one call, as in a conference: 2.',
  },
  'agents-ringing': {
    name: 'Agents ringing',
    sentence: 'Agents whose phones ring for a call now, for RING_MAX_SECONDS at most, and who are on no other call.',
    example: 'A call rings at the phones of three agents: 3.',
  },
  'agents-in-wrap-up': {
    name: 'Agents in wrap-up',
    sentence:
      'Agents whose last call ended less than WRAP_UP_SECONDS ago, and who have not unpaused or logged in since and are not paused or logged out.',
    example: 'With 30 s of wrap-up, Ana left a call 10 s ago and Bia 40 s ago: 1.',
  },
  'agents-available': {
    name: 'Agents available',
    sentence: 'Agents who are logged in and not paused, on no call, in no wrap-up, and whose phones do not ring.',
    example: 'Of five agents who are logged in one talks, one is in wrap-up and one is paused: 2.',
  },
  'agents-paused': {
    name: 'Agents paused',
    sentence: 'Agents whose latest log-in, pause or unpause was a pause, and who are on no call and not ringing.',
    example: 'Ana takes a break, and Bia paused during a call that goes on: 1.',
  },
  'agents-logged-out': {
    name: 'Agents logged out',
    sentence: 'Agents who logged out within the last 24 hours and have not come back.',
    example: 'Ana logged out an hour ago, and Bia logged out and in again: 1.',
  },
  'agents-unknown': {
    name: 'Agents unknown',
    sentence:
      'Agents without an event for PRESENCE_STALE_HOURS, or whose last event is of a call that is stale, and who are in no other count.',
    example: 'Ana logged in 13 hours ago, and nothing has been heard of her since: 1.',
  },
  'presence-since': {
    name: 'Presence since',
    sentence: 'Since when the agent has had this presence, in ms since 1970.',
    example: 'Ana paused at 10:00:00 UTC on 2 March 2026: 1772445600000.',
  },
  'wrap-up-until': {
    name: 'Wrap-up until',
    sentence: 'When the wrap-up of the agent ends unless an event of the agent comes first, in ms since 1970.',
    example: 'With 30 s of wrap-up, Ana left a call at 10:00:00 UTC on 2 March 2026: 1772445630000.',
  },
} as const satisfies Readonly<Record<string, NumberDefinition>>;
