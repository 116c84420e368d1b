import type { NumberDefinition } from './number-definition.ts';

/** Queue visits that began in a period. */
export const visitDefinitions = {
  visits: {
    name: 'Visits',
    sentence: 'Stays of callers in a queue that began in the period, without outbound and internal calls.',
    example: 'A caller waits in queue 900, overflows to queue 901, and comes back to 900: 3.',
  },
  'answered-visits': {
    name: 'Answered visits',
    sentence: 'Visits that ended because an agent answered.',
    example: 'Ten callers waited, seven of them were answered and three hung up: 7.',
  },
  'visits-answered-in-time': {
    name: 'Visits answered in time',
    sentence: 'Visits that were answered within the threshold of the service level, which is included.',
    example: 'With a threshold of 20 s, callers were answered after 5 s, 20 s and 21 s: 2.',
  },
  'abandoned-visits': {
    name: 'Abandoned visits',
    sentence:
      'Visits that ended because the caller hung up or left the queue before an answer, short abandons included.',
    example: 'Three callers hung up after 2 s, 30 s and 60 s: 3.',
  },
  'short-abandons': {
    name: 'Short abandons',
    sentence: 'Abandoned visits that took no longer than SHORT_ABANDON_SECONDS, which is included.',
    example: 'With 5 s, three callers hung up after 2 s, 5 s and 60 s: 2.',
  },
  'timed-out-visits': {
    name: 'Timed-out visits',
    sentence: 'Visits that ended because the wait was too long for the queue, as its system said.',
    example: 'A queue lets callers wait for 60 s, and two callers were not answered by then: 2.',
  },
  'visits-left-by-key': {
    name: 'Visits left by key',
    sentence: 'Visits that ended because the caller pressed a key to leave the queue, as its system said.',
    example: 'A caller presses 1 to leave a message in place of waiting: 1.',
  },
  'visits-refused-as-full': {
    name: 'Visits refused as full',
    sentence: 'Callers who were not let in because as many as the queue allows waited, as its system said.',
    example: 'Three callers may wait, three do, and a fourth comes: 1.',
  },
  'visits-without-agents': {
    name: 'Visits without agents',
    sentence: 'Callers who were not let in, or were sent out, because no agent was there, as its system said.',
    example: 'The last agent logs out, and two callers who wait are sent out: 2.',
  },
  'withdrawn-visits': {
    name: 'Withdrawn visits',
    sentence: 'Visits that ended because an operator or a program took the caller out, as the system said.',
    example: 'A supervisor takes one caller out of the queue: 1.',
  },
  'overflowed-visits': {
    name: 'Overflowed visits',
    sentence: 'Visits that ended because the call went on to another destination.',
    example: 'Two callers are sent from queue 900 to queue 901 because nobody answers: 2.',
  },
  'open-visits': {
    name: 'Open visits',
    sentence: 'Visits that have not ended yet.',
    example: 'Ten callers came today, eight were answered and two still wait: 2.',
  },
  'service-level': {
    name: 'Service level',
    sentence: 'Visits answered in time as a share of all answered and abandoned visits without short abandons.',
    example: 'Eight of nine answered in time, one abandoned after 30 s and one after 2 s: 8 ÷ (9 + 1) = 80 %.',
  },
  'abandon-rate': {
    name: 'Abandon rate',
    sentence:
      'Abandoned visits without short abandons as a share of all answered and abandoned visits without short abandons.',
    example: 'Nine were answered, one abandoned after 30 s and one after 2 s: 1 ÷ (9 + 1) = 10 %.',
  },
  'average-speed-of-answer': {
    name: 'Average speed of answer',
    sentence: 'Mean wait of the answered visits, from the beginning of the visit to the answer.',
    example: 'Two callers were answered after 10 s and 20 s, and one hung up after 90 s: 15 s.',
  },
  'longest-wait-of-a-visit': {
    name: 'Longest wait of a visit',
    sentence: 'Longest wait among the answered and the abandoned visits.',
    example: 'Two callers were answered after 10 s and 20 s, and one hung up after 90 s: 90 s.',
  },
} as const satisfies Readonly<Record<string, NumberDefinition>>;
