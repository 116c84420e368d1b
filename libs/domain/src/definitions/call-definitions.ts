import type { NumberDefinition } from './number-definition.ts';

/** Calls that began in a period; each is in exactly one outcome. */
export const callDefinitions = {
  'inbound-calls': {
    name: 'Inbound calls',
    sentence: 'Calls of callers that began in the period, of an unknown direction too.',
    example: 'Three callers and one outbound call: 3.',
  },
  'inbound-calls-answered': {
    name: 'Inbound calls answered',
    sentence: 'Inbound calls that were answered after they began to wait in a queue.',
    example: 'A caller waits in two queues and is answered in the second: 1.',
  },
  'inbound-calls-answered-without-a-queue': {
    name: 'Inbound calls answered without a queue',
    sentence: 'Inbound calls that were answered, but never after a wait in a queue.',
    example: 'A caller dials the extension of an agent, who answers: 1.',
  },
  'inbound-calls-abandoned': {
    name: 'Inbound calls abandoned',
    sentence: 'Inbound calls that were not answered and whose caller left the last queue or hung up in it.',
    example: 'A caller overflows from queue 900 to 901 and hangs up there: 1.',
  },
  'inbound-calls-overflowed': {
    name: 'Inbound calls overflowed',
    sentence: 'Inbound calls that left their queues otherwise, or were not let in, and ended unanswered.',
    example: 'A caller is sent from queue 900 to a voice mail and hangs up: 1.',
  },
  'inbound-calls-ended-before-a-queue': {
    name: 'Inbound calls ended before a queue',
    sentence: 'Inbound calls that ended unanswered and never waited in a queue.',
    example: 'A caller hangs up in the menu: 1.',
  },
  'inbound-calls-in-progress': {
    name: 'Inbound calls in progress',
    sentence: 'Inbound calls of which no other outcome is known yet.',
    example: 'A caller waits in queue 900 now: 1.',
  },
  'inbound-calls-unknown': {
    name: 'Inbound calls unknown',
    sentence:
      'Inbound calls without another outcome that have not ended and have had no event for STALE_AFTER_MINUTES.',
    example: 'The end of a call is lost, and two hours pass: 1.',
  },
  'outbound-calls': {
    name: 'Outbound calls',
    sentence: 'Outbound calls that began in the period.',
    example: 'An agent dials three numbers: 3.',
  },
  'outbound-calls-connected': {
    name: 'Outbound calls connected',
    sentence: 'Outbound calls that were answered.',
    example: 'An agent dials three numbers, and two answer: 2.',
  },
  'outbound-calls-not-connected': {
    name: 'Outbound calls not connected',
    sentence: 'Outbound calls that ended unanswered.',
    example: 'An agent dials three numbers, and one does not answer: 1.',
  },
  'outbound-calls-in-progress': {
    name: 'Outbound calls in progress',
    sentence: 'Outbound calls of which no other outcome is known yet.',
    example: 'The phone of a customer rings: 1.',
  },
  'outbound-calls-unknown': {
    name: 'Outbound calls unknown',
    sentence:
      'Outbound calls without another outcome that have not ended and have had no event for STALE_AFTER_MINUTES.',
    example: 'The end of an unanswered attempt is lost, and two hours pass: 1.',
  },
  'internal-calls': {
    name: 'Internal calls',
    sentence: 'Internal calls that began in the period.',
    example: 'Ana calls Bia twice: 2.',
  },
  'internal-calls-answered': {
    name: 'Internal calls answered',
    sentence: 'Internal calls that were answered.',
    example: 'Ana calls Bia twice, and Bia answers once: 1.',
  },
  'internal-calls-not-answered': {
    name: 'Internal calls not answered',
    sentence: 'Internal calls that ended unanswered.',
    example: 'Ana calls Bia twice, and Bia answers once: 1.',
  },
  'internal-calls-in-progress': {
    name: 'Internal calls in progress',
    sentence: 'Internal calls of which no other outcome is known yet.',
    example: 'The phone of a colleague rings: 1.',
  },
  'internal-calls-unknown': {
    name: 'Internal calls unknown',
    sentence:
      'Internal calls without another outcome that have not ended and have had no event for STALE_AFTER_MINUTES.',
    example: 'The end of an unanswered call is lost, and two hours pass: 1.',
  },
} as const satisfies Readonly<Record<string, NumberDefinition>>;
