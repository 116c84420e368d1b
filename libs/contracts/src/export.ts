import { callOutcomes, visitOutcomes } from '@callstream/domain';
import { z } from 'zod';
import { identifier } from './identifier.ts';
import { listOf, moment, queues, secondsText, wholeNumber } from './parameters.ts';

export const exportFormats = ['csv', 'ndjson'] as const;
/** What separates the values of a CSV. */
export const exportDelimiters = ['comma', 'semicolon', 'tab'] as const;
export type ExportDelimiter = (typeof exportDelimiters)[number];

/** Most rows of an export that names a limit. */
const rowsMax = 100_000_000;

const whole = {
  from: moment.optional().describe('Begin of the period, inclusive; default: the first moment of today'),
  to: moment.optional().describe('End of the period, exclusive; default: the first moment of tomorrow'),
  queue: queues,
  format: z.enum(exportFormats).optional().describe('Default: what `Accept` names, else csv'),
  bom: z
    .enum(['true', 'false'])
    .optional()
    .describe('Whether a CSV begins with a byte order mark: spreadsheets need it to read it as UTF-8; default: false'),
  delimiter: z
    .enum(exportDelimiters)
    .optional()
    .describe(
      'What separates the values of a CSV: spreadsheets whose decimal separator is a comma need semicolon; default: comma',
    ),
  limit: wholeNumber(1, rowsMax).optional().describe('Only the first rows; default: all'),
};

const outcomes = [...new Set(Object.values(callOutcomes).flat())];

/** `GET /api/export/calls` */
export const ExportCalls = z.strictObject({
  ...whole,
  direction: z.enum(['inbound', 'outbound', 'internal']).optional().describe('inbound: also if it is not known'),
  outcome: listOf(z.enum(outcomes), outcomes.length).describe('Outcomes, separated by commas'),
});

/** `GET /api/export/visits` */
export const ExportVisits = z.strictObject({
  ...whole,
  outcome: listOf(z.enum(visitOutcomes), visitOutcomes.length).describe('Outcomes, separated by commas'),
  wait_min: secondsText.optional().describe('Only visits that waited at least so many seconds'),
  wait_max: secondsText.optional().describe('Only visits that waited at most so many seconds'),
  weekday: wholeNumber(1, 7)
    .optional()
    .describe('Only visits that began on this day of the week in TIME_ZONE; 1: Monday'),
  hour: wholeNumber(0, 23).optional().describe('Only visits that began in this hour of the day in TIME_ZONE'),
});

/** `GET /api/export/agent-calls` */
export const ExportAgentCalls = z.strictObject({
  ...whole,
  actor: listOf(identifier, 100).describe('Agents, separated by commas'),
});

/** `GET /api/export/agent-sessions` */
export const ExportAgentSessions = z.strictObject({
  ...whole,
  overlapping: z
    .enum(['true', 'false'])
    .optional()
    .describe('true: also sessions that began before the period and went on in it; default: false'),
  actor: listOf(identifier, 100).describe('Agents, separated by commas'),
});

/** `GET /api/export/events` */
export const ExportEvents = z.strictObject({
  ...whole,
  kind: listOf(identifier, 100).describe('Kinds, separated by commas'),
});

/** The queries of all exports, by the last part of their path. */
export const exportQueries = {
  calls: ExportCalls,
  visits: ExportVisits,
  'agent-calls': ExportAgentCalls,
  'agent-sessions': ExportAgentSessions,
  events: ExportEvents,
} as const;
export type ExportName = keyof typeof exportQueries;
