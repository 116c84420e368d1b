import type { CallEvent, FactSet } from '@callstream/domain';
import { compareText, factSet, factsOf, play } from '@callstream/domain';
import { createEventBatch } from '../src/index.ts';
import type { EventBatch, Tables } from '../src/index.ts';
import { packFacts } from '../src/facts/pack-facts.ts';
import { callRow, segmentRow, visitRow } from '../src/write/rows.ts';
import { timestamp } from '../src/write/timestamp.ts';
import { expectedAgents } from './expected-agents.ts';

export { readProjectionSql } from '../src/projection/schemas.ts';
export { addEvents } from './add-events.ts';
export { copyBytes, copyEvents } from './copy-events.ts';
export { describeSchema } from './describe-schema.ts';
export type { ColumnDescription } from './describe-schema.ts';
export { countSnapshotReads, enableStatementStats } from './query-stats.ts';
export { addLargeEvents, addWaitingCalls } from './large-calls.ts';
export { insertGeneratedCalls } from './generated-calls.ts';
export { indexColumns, longestOf, textColumns } from './text-columns.ts';
export type { TextColumn } from './text-columns.ts';

type TableRow = Readonly<Record<string, unknown>>;

/** Every row of every table of the projection but `positions`, in an order of their own. */
export interface AllRows {
  readonly events: TableRow[];
  readonly calls: TableRow[];
  readonly visits: TableRow[];
  readonly segments: TableRow[];
  readonly agents: TableRow[];
}

/** An event and how many records of the log are it. */
interface CountedEvent {
  readonly event: CallEvent;
  readonly deliveries: number;
}

/** The distinct events of `log`, each as its first delivery, with the number of its deliveries. */
function countDeliveries(log: readonly CallEvent[]): CountedEvent[] {
  const counted = new Map<string, CountedEvent>();
  for (const event of log) {
    const known = counted.get(event.uuid);
    const first = known && known.event.id < event.id ? known.event : event;
    counted.set(event.uuid, { event: first, deliveries: (known?.deliveries ?? 0) + 1 });
  }
  return [...counted.values()];
}

/** What a projector makes of `log`, as one batch. */
export function batchOf(log: readonly CallEvent[]): EventBatch {
  const { add, batch } = createEventBatch();
  log.forEach(add);
  return batch();
}

const eventRow = ({ event, deliveries }: CountedEvent): TableRow => ({
  ...{ uuid: event.uuid, id: event.id, call_id: event.callId, type: event.type, kind: event.kind },
  ...{
    actor: event.actor,
    queue: event.queue,
    at: timestamp(event.at),
    clock: event.clock === 'own' ? null : event.clock,
  },
  ...{ received_at: timestamp(event.receivedAt), body: JSON.parse(event.json) as unknown },
  ...{ omitted: event.omitted, deliveries },
});

/** What the tables must hold after `log`, by the domain alone. */
export function expectedRows(log: readonly CallEvent[]): AllRows {
  const events = countDeliveries(log);
  const calls = [...factsByCall(log)].map(([callId, facts]) => ({ facts, call: play(callId, facts) }));
  return {
    events: sorted(events.map(eventRow), 'uuid'),
    calls: sorted(
      calls.map(({ call, facts }) => callRow(call, packFacts(facts))),
      'call_id',
    ),
    visits: sorted(
      calls.flatMap(({ call }) => call.visits.map((_, n) => visitRow(call, n))),
      'call_id',
      'n',
    ),
    segments: sorted(
      calls.flatMap(({ call }) => call.segments.map((_, n) => segmentRow(call, n))),
      'call_id',
      'n',
    ),
    agents: sorted(expectedAgents(events.map(({ event }) => event)), 'actor', 'queue'),
  };
}

function factsByCall(log: readonly CallEvent[]): Map<string, FactSet> {
  const named = log.filter(({ callId }) => callId !== null);
  return new Map(
    [...Map.groupBy(named, ({ callId }) => callId ?? '')].map(([callId, of]) => [callId, factSet(of.flatMap(factsOf))]),
  );
}

/** What the tables hold. */
export async function readRows(db: Tables): Promise<AllRows> {
  const all = async (table: string): Promise<TableRow[]> => (await db.query<TableRow>(`select * from ${table}`)).rows;
  return {
    events: sorted(await all('events'), 'uuid'),
    calls: sorted(await all('calls'), 'call_id'),
    visits: sorted(await all('visits'), 'call_id', 'n'),
    segments: sorted(await all('segments'), 'call_id', 'n'),
    agents: sorted(await all('agents'), 'actor', 'queue'),
  };
}

const sorted = (rows: readonly object[], ...keys: string[]): TableRow[] =>
  (rows as readonly TableRow[]).toSorted((a, b) => {
    for (const key of keys) {
      const order = compareText(String(a[key]), String(b[key]));
      if (order !== 0) return order;
    }
    return 0;
  });
