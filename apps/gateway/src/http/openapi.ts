import {
  Agents,
  AgentStats,
  ConcurrentCalls,
  DelegationStats,
  ExportAgentCalls,
  ExportAgentSessions,
  ExportCalls,
  ExportEvents,
  ExportVisits,
  FindAgents,
  FindAgentStats,
  FindBoard,
  FindCalls,
  FindConcurrentCalls,
  FindDelegationStats,
  FindEvents,
  FindNames,
  FindQueues,
  FindStats,
  FindUnknownTypes,
  FoundCalls,
  FoundEvents,
  Names,
  PastBoard,
  Problem,
  Queues,
  refusalResponses,
  Stats,
  UnknownTypes,
  WholeCall,
} from '@callstream/contracts';
import { z } from 'zod';
import { problemTypes } from './problem.ts';

const schemas = {
  FoundCalls,
  WholeCall,
  FoundEvents,
  Queues,
  Agents,
  Names,
  Stats,
  AgentStats,
  DelegationStats,
  ConcurrentCalls,
  UnknownTypes,
  PastBoard,
  Problem,
};

interface ApiOperation {
  readonly id: string;
  readonly summary: string;
  /** 'rows': lines of CSV or NDJSON. */
  readonly answer: keyof typeof schemas | 'rows';
  readonly query?: z.ZodObject;
}

const operations: Readonly<Record<string, ApiOperation>> = {
  '/api/calls': {
    id: 'findCalls',
    summary: 'Calls, the newest first; at most 2 MiB of them.',
    answer: 'FoundCalls',
    query: FindCalls,
  },
  '/api/calls/{call_id}': {
    id: 'getCall',
    summary: 'A call, with its queue visits and its agents.',
    answer: 'WholeCall',
  },
  '/api/calls/{call_id}/events': {
    id: 'getEvents',
    summary: 'The newest events of a call, in the order of the log; at most 2 MiB of them.',
    answer: 'FoundEvents',
    query: FindEvents,
  },
  '/api/board': {
    id: 'getBoard',
    summary: 'Calls, queues and agents as of a past moment.',
    answer: 'PastBoard',
    query: FindBoard,
  },
  '/api/queues': {
    id: 'getQueues',
    summary: 'State of the queues now, and their totals of today; read at most once a second.',
    answer: 'Queues',
    query: FindQueues,
  },
  '/api/agents': { id: 'getAgents', summary: 'What agents do now (presence).', answer: 'Agents', query: FindAgents },
  '/api/names': {
    id: 'getNames',
    summary: 'Names of queues and agents, by id.',
    answer: 'Names',
    query: FindNames,
  },
  '/api/stats': {
    id: 'getStats',
    summary: 'Totals of the queue visits that began in a period, by any threshold, and of its calls by outcome.',
    answer: 'Stats',
    query: FindStats,
  },
  '/api/stats/agents': {
    id: 'getAgentStats',
    summary:
      'Talk times of a period: by queue, by interval, and of each agent with the time logged in, paused, and the occupancy.',
    answer: 'AgentStats',
    query: FindAgentStats,
  },
  '/api/stats/delegations': {
    id: 'getDelegationStats',
    summary:
      'What became of the answers of the delegator in a period, and which calls were not sent where its rules say.',
    answer: 'DelegationStats',
    query: FindDelegationStats,
  },
  '/api/concurrent-calls': {
    id: 'getConcurrentCalls',
    summary: 'How many calls went on at once, every five minutes of today until now.',
    answer: 'ConcurrentCalls',
    query: FindConcurrentCalls,
  },
  '/api/unknown-types': {
    id: 'getUnknownTypes',
    summary: 'Undocumented types of the events of the last 24 hours: they are stored, and change nothing.',
    answer: 'UnknownTypes',
    query: FindUnknownTypes,
  },
  '/api/export/calls': {
    id: 'exportCalls',
    summary: 'The calls that began in a period, with their outcomes, as a file of any length.',
    answer: 'rows',
    query: ExportCalls,
  },
  '/api/export/visits': {
    id: 'exportVisits',
    summary: 'The queue visits that began in a period, as a file of any length; not of outbound and internal calls.',
    answer: 'rows',
    query: ExportVisits,
  },
  '/api/export/agent-calls': {
    id: 'exportAgentCalls',
    summary: 'The times that agents were on calls, of a period in which they entered them, as a file of any length.',
    answer: 'rows',
    query: ExportAgentCalls,
  },
  '/api/export/agent-sessions': {
    id: 'exportAgentSessions',
    summary:
      'The times that agents were logged in or paused, which began in a period or went on in it, as a file of any length.',
    answer: 'rows',
    query: ExportAgentSessions,
  },
  '/api/export/events': {
    id: 'exportEvents',
    summary: 'The events of a period by their own times, as a file of any length.',
    answer: 'rows',
    query: ExportEvents,
  },
};

/** The OpenAPI 3.1 description of the API, generated from the schemas and the table of problem types. */
export const openApi = ({ isOpen }: { readonly isOpen: boolean }): object => ({
  openapi: '3.1.0',
  info: {
    title: 'callstream gateway',
    version: '1',
    description: 'Calls, queues and agents of a call centre. For the WebSocket, see /api/asyncapi.json.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  // Relative to this description, as a proxy may serve all of it under a path.
  servers: [{ url: '..' }],
  security: isOpen ? [] : [{ bearer: [] }],
  paths: Object.fromEntries(Object.entries(operations).map(([path, operation]) => [path, pathOf(path, operation)])),
  components: {
    schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, schemaOf(schema)])),
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
  },
});

/** An answer that ends before its last chunk is incomplete. */
const rows = {
  'text/csv': { schema: { type: 'string' } },
  'application/x-ndjson': { schema: { type: 'string' } },
} as const;

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}

const pathOf = (path: string, { id, summary, answer, query }: ApiOperation): object => ({
  get: {
    operationId: id,
    summary,
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      ...Object.entries(query?.shape ?? {}).map(([name, schema]) => parameterOf(name, schema as z.ZodType)),
    ],
    responses: {
      200: {
        description: 'The answer.',
        content: answer === 'rows' ? rows : { 'application/json': { schema: reference(answer) } },
      },
      ...refusalResponses(problemTypes),
    },
  },
});

function parameterOf(name: string, type: z.ZodType): object {
  const { description, ...schema } = schemaOf(type, 'input');
  // Lists are separated by commas.
  const style = schema['type'] === 'array' ? { style: 'form', explode: false } : {};
  return { name, in: 'query', ...(description === undefined ? {} : { description }), ...style, schema };
}
