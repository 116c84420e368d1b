import type { CallEvent } from '@callstream/domain';
import { compareText, fold, foldAgents } from '@callstream/domain';
import { eventsOfBatch, rowsOf } from '../src/index.ts';
import type { BatchRows, Tables } from '../src/index.ts';
import { agentRow, callAgentRows, callQueueRows, callRow } from '../src/rows.ts';
import { time } from '../src/time-text.ts';

export { copyBytes, copyEvents } from './copy.ts';
export { describeSchema } from './describe.ts';
export type { ColumnDescription } from './describe.ts';
export { countLooks, countStatements } from './looks.ts';
export { addLargeEvents, addWaitingCalls } from './large.ts';
export { makeMany } from './many.ts';
export { indexColumns, longestOf, textColumns } from './text-columns.ts';
export type { TextColumn } from './text-columns.ts';

type Row = Readonly<Record<string, unknown>>;

/** Every row of every table of the projection but `positions`, in an order of their own. */
export interface AllRows {
  readonly events: Row[];
  readonly calls: Row[];
  readonly call_queues: Row[];
  readonly call_agents: Row[];
  readonly agents: Row[];
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

/** What a projector writes for `log`, as one batch. */
export function batchOf(log: readonly CallEvent[]): BatchRows {
  const events = eventsOfBatch();
  log.forEach(events.add);
  return rowsOf({ events: events.lines(), calls: [...fold(log).values()], agents: [...foldAgents(log).values()] });
}

const eventRow = ({ event, deliveries }: CountedEvent): Row => ({
  ...{ uuid: event.uuid, id: event.id, call_id: event.callId, type: event.type, kind: event.kind },
  ...{ at: time(event.at), received_at: time(event.receivedAt), body: JSON.parse(event.json) as unknown },
  ...{ omitted: event.omitted, deliveries },
});

/** What the tables must hold after `log`, by the domain alone. */
export function expectedRows(log: readonly CallEvent[]): AllRows {
  const calls = [...fold(log).values()];
  return {
    events: sorted(countDeliveries(log).map(eventRow), 'uuid'),
    calls: sorted(calls.map(callRow), 'call_id'),
    call_queues: sorted(calls.flatMap(callQueueRows), 'call_id', 'queue'),
    call_agents: sorted(calls.flatMap(callAgentRows), 'call_id', 'actor'),
    agents: sorted([...foldAgents(log).values()].map(agentRow), 'actor', 'queue'),
  };
}

/** What the tables hold. */
export async function readRows(db: Tables): Promise<AllRows> {
  const all = async (table: string): Promise<Row[]> => (await db.query<Row>(`select * from ${table}`)).rows;
  return {
    events: sorted(await all('events'), 'uuid'),
    calls: sorted(await all('calls'), 'call_id'),
    call_queues: sorted(await all('call_queues'), 'call_id', 'queue'),
    call_agents: sorted(await all('call_agents'), 'call_id', 'actor'),
    agents: sorted(await all('agents'), 'actor', 'queue'),
  };
}

const sorted = (rows: readonly object[], ...keys: string[]): Row[] =>
  (rows as readonly Row[]).toSorted((a, b) => {
    for (const key of keys) {
      const order = compareText(String(a[key]), String(b[key]));
      if (order !== 0) return order;
    }
    return 0;
  });
