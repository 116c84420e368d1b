import type { ParsedUrlQuery } from 'node:querystring';
import { ExportAgentCalls, ExportAgentSessions, ExportCalls, ExportEvents, ExportVisits } from '@callstream/contracts';
import type { ExportName } from '@callstream/contracts';
import type { ExportPage } from '@callstream/tables';
import type { z } from 'zod';
import { readQuery } from '../http/read-query.ts';
import type { NameMaps } from '../names/name-maps.ts';
import { msOf } from '../numbers/counting-rules-env.ts';
import type { VisibleTables } from '../queries/visible-tables.ts';
import type { CsvColumn } from './csv.ts';
import type { ExportRow } from './export-format.ts';
import type { ExportPart } from './export-pages.ts';

interface ExportContext {
  readonly topic: string;
  readonly staleAfterMs: number;
  readonly timeZone: string;
  /** Begin of the period, ISO 8601. */
  readonly from: string;
  /** ms since 1970; the same for all pages of an export. */
  readonly now: number;
  readonly names: NameMaps;
}

/** What all exports have in their query. */
export type WholeExport = Pick<z.infer<typeof ExportCalls>, 'from' | 'to' | 'format' | 'bom' | 'delimiter' | 'limit'>;
type ReadPart = (tables: VisibleTables, part: ExportPart, context: ExportContext) => Promise<ExportPage<ExportRow>>;

/** A request for an export. */
interface RequestedExport {
  readonly whole: WholeExport;
  readonly read: ReadPart;
}

export interface Export {
  readonly columns: readonly CsvColumn[];
  /** @throws {Rejected} if the request is malformed */
  readonly parse: (query: ParsedUrlQuery) => RequestedExport;
}

/** By their names, separated by white space. */
const columnsOf = (keys: string): CsvColumn[] =>
  keys
    .trim()
    .split(/\s+/)
    .map((key) => ({ key }));
const callId = { key: 'aggregate_id', header: 'call_id' };

const rowsOf = <Row extends object>(
  { rows, next }: ExportPage<Row>,
  named: (row: Row) => object,
): ExportPage<ExportRow> => ({
  rows: rows.map((row) => {
    const columns = named(row);
    return { json: JSON.stringify(columns), columns };
  }),
  next,
});

const queueName = (queue: string | null, { queues }: NameMaps) => (queue === null ? undefined : queues.get(queue));
const actorName = (actor: string | null, { agents }: NameMaps) => (actor === null ? undefined : agents.get(actor));

const calls: Export = {
  columns: [
    callId,
    ...columnsOf(`
      direction outcome state queue queue_name our_number their_number
      began_at waiting_at answered_at abandoned_at finished_at duration_ms
      code recording_url created_at updated_at id
    `),
  ],
  parse: (query) => {
    const { queue, direction, outcome, ...whole } = readQuery(ExportCalls, query);
    return {
      whole,
      read: async (tables, part, { now, staleAfterMs, names }) => {
        const filter = { queues: queue, direction, outcomes: outcome };
        const page = await tables.exportCalls({ ...part, ...filter, now, staleAfterMs });
        return rowsOf(page, (row) => ({ ...row, queue_name: queueName(row.queue, names) }));
      },
    };
  },
};

const visits: Export = {
  columns: columnsOf(`
      waiting_at ended_at queue queue_name outcome wait_ms actor actor_name
      call_id n direction their_number
    `),
  parse: (query) => {
    const { queue, outcome, wait_min, wait_max, weekday, hour, ...whole } = readQuery(ExportVisits, query);
    const filter = {
      queues: queue,
      outcomes: outcome,
      waitMsMin: wait_min === undefined ? undefined : msOf(wait_min),
      waitMsMax: wait_max === undefined ? undefined : msOf(wait_max),
      weekday,
      hour,
    };
    return {
      whole,
      read: async (tables, part, { names, timeZone }) => {
        const page = await tables.exportVisits({ ...part, ...filter, timeZone });
        return rowsOf(page, (row) => ({
          ...row,
          queue_name: queueName(row.queue, names),
          actor_name: actorName(row.actor, names),
        }));
      },
    };
  },
};

const agentCalls: Export = {
  columns: columnsOf(`
      entered_at ended_at on_call_ms actor actor_name number queue
      queue_name end_reason rang_at call_id n direction their_number
    `),
  parse: (query) => {
    const { queue, actor, ...whole } = readQuery(ExportAgentCalls, query);
    return {
      whole,
      read: async (tables, part, { names }) => {
        const page = await tables.exportAgentCalls({ ...part, queues: queue, actors: actor });
        return rowsOf(page, (row) => ({
          ...row,
          queue_name: queueName(row.queue, names),
          actor_name: actorName(row.actor, names),
        }));
      },
    };
  },
};

const agentSessions: Export = {
  columns: columnsOf(`
      began_at ended_at duration_ms actor actor_name state pause_reason queue
      queue_name end_reason
    `),
  parse: (query) => {
    const { queue, actor, overlapping, ...whole } = readQuery(ExportAgentSessions, query);
    return {
      whole,
      read: async (tables, part, { names, from }) => {
        const overlappingFrom = overlapping === 'true' ? from : undefined;
        const page = await tables.exportAgentSessions({ ...part, queues: queue, actors: actor, overlappingFrom });
        return rowsOf(page, (row) => ({
          ...row,
          queue_name: queueName(row.queue, names),
          actor_name: actorName(row.actor, names),
        }));
      },
    };
  },
};

const events: Export = {
  columns: [
    ...columnsOf('at received_at type'),
    callId,
    ...columnsOf('source source_name deliveries uuid topic partition offset id event'),
  ],
  parse: (query) => {
    const { queue, kind, ...whole } = readQuery(ExportEvents, query);
    return {
      whole,
      read: (tables, part, { topic }) => tables.exportEvents({ ...part, queues: queue, kinds: kind, topic }),
    };
  },
};

/** All exports, by the last part of their path. */
export const exportsByName = {
  calls,
  visits,
  'agent-calls': agentCalls,
  'agent-sessions': agentSessions,
  events,
} as const satisfies Record<ExportName, Export>;
