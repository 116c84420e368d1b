import type { NumberDefinition } from './number-definition.ts';

/** Times and thresholds that the numbers were counted with. */
export const ruleDefinitions = {
  'as-of': {
    name: 'As of',
    sentence: 'When the tables were read, in ms since 1970.',
    example: 'At 10:00:00 UTC on 2 March 2026: 1772445600000.',
  },
  'time-of-a-sample': {
    name: 'Time of a sample',
    sentence: 'The time at which the calls of a sample went on, in ms since 1970.',
    example: 'At 10:05:00 UTC on 2 March 2026: 1772445900000.',
  },
  'seconds-between-samples': {
    name: 'Seconds between samples',
    sentence: 'Time between two samples of the calls at once, in seconds.',
    example: 'A sample every five minutes: 300.',
  },
  'service-level-threshold': {
    name: 'Service level threshold',
    sentence:
      'Longest wait of a visit that is answered in time, in seconds: SERVICE_LEVEL_SECONDS, or the threshold of the request.',
    example: 'A caller who is answered after 20 s is answered in time: 20.',
  },
  'short-abandon-threshold': {
    name: 'Short abandon threshold',
    sentence: 'Longest wait of a short abandon, in seconds: SHORT_ABANDON_SECONDS.',
    example: 'A caller who hangs up after 5 s is a short abandon: 5.',
  },
  'wrap-up-time': {
    name: 'Wrap-up time',
    sentence: 'How long an agent is in wrap-up after a call, in seconds: WRAP_UP_SECONDS, and 0 for no wrap-up.',
    example: 'An agent has half a minute after each call: 30.',
  },
} as const satisfies Readonly<Record<string, NumberDefinition>>;
