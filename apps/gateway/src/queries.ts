import { listCallEvents, listCalls } from '@callstream/tables';
import type { EventRow, ListCallsParams } from '@callstream/tables';
import { maskRow } from './access/mask.ts';
import type { Scope } from './access/scope.ts';
import type { Asker } from './fair/asker.ts';
import type { FairPool } from './fair/fair-pool.ts';
import { listedEvent } from './listed-event.ts';
import type { Metrics } from './metrics.ts';

/** Rows as the bytes of a JSON array, made once for everybody who asked the same. */
export interface List {
  readonly rows: Buffer;
  /** There are more of them. */
  readonly more: boolean;
}

export interface EventList extends List {
  /** The same as an answer over HTTP; `rows` is a part of it. */
  readonly page: Buffer;
  /** Of the events, also where others are shown. */
  readonly uuids: readonly string[];
}

interface EventsQuestion {
  readonly callId: string;
  /** `id` of an event: only events before it. */
  readonly before?: number | undefined;
  readonly limit?: number | undefined;
}

export interface Queries {
  readonly listCalls: (asker: Asker, params: ListCallsParams, scope: Scope) => Promise<List>;
  readonly listCallEvents: (asker: Asker, question: EventsQuestion, scope: Scope) => Promise<EventList>;
}

export interface QueriesOptions {
  readonly pool: FairPool;
  readonly topic: string;
  readonly metrics: Pick<Metrics, 'timed'>;
}

/** The queries of all clients; those who ask for the same at the same time share one. */
export function createQueries({ pool, topic, metrics }: QueriesOptions): Queries {
  const calls = pool.shared(async (db, { params, scope }: { params: ListCallsParams; scope: Scope }) => {
    const asked = { ...params, visibleQueues: scope.queues };
    const { rows, more } = await metrics.timed('list-calls', listCalls(db, asked));
    return { rows: Buffer.from(JSON.stringify(scope.masked ? rows.map(maskRow) : rows)), more };
  });
  const events = pool.shared(async (db, { scope, ...question }: EventsQuestion & { readonly scope: Scope }) => {
    const asked = { topic, ...question, visibleQueues: scope.queues };
    const { rows, more } = await metrics.timed('list-call-events', listCallEvents(db, asked));
    return toEventList(rows, more, scope);
  });
  return {
    listCalls: (asker, params, scope) => calls(asker, { params, scope }),
    listCallEvents: (asker, { callId, before, limit }, scope) => events(asker, { callId, before, limit, scope }),
  };
}

function toEventList(rows: readonly EventRow[], more: boolean, scope: Scope): EventList {
  const begin = `{"next":${more ? (rows[0]?.id ?? null) : null},"events":`;
  const texts = rows.map(({ type, body, bodyBytes, ...facts }) =>
    listedEvent(facts, { type, json: body, bytes: bodyBytes }, scope),
  );
  const page = Buffer.from(`${begin}[${texts.join()}]}`);
  return { rows: page.subarray(begin.length, -1), page, more, uuids: rows.map(({ uuid }) => uuid) };
}
