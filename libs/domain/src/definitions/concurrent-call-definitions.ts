import type { NumberDefinition } from './number-definition.ts';

/** Calls that went on at some time of the day, of all directions. */
export const concurrentCallDefinitions = {
  'calls-waiting-at-once': {
    name: 'Calls waiting at once',
    sentence: 'Calls that were in a queue at that time, of all directions.',
    example: 'At 10:05 two callers and one outbound call wait: 3.',
  },
  'calls-talking-at-once': {
    name: 'Calls talking at once',
    sentence: 'Calls that had been answered by that time and were in no queue, of all directions.',
    example: 'At 10:05 three callers talk, and one who was answered is in a menu again: 4.',
  },
  'other-calls-at-once': {
    name: 'Other calls at once',
    sentence: 'Calls that were neither answered nor in a queue at that time, of all directions.',
    example: 'At 10:05 two callers are in the menu: 2.',
  },
} as const satisfies Readonly<Record<string, NumberDefinition>>;
