import type { CallEvent, FactSet } from '@callstream/domain';
import { compareText, factSet, factsJson, factsOf, play } from '@callstream/domain';
import type { Tables } from '../src/index.ts';
import { packFacts } from '../src/facts/pack-facts.ts';
import { callRow, segmentRow, visitRow } from '../src/write/rows.ts';
import { timestamp } from '../src/write/timestamp.ts';
import { expectedAgents } from './expected-agents.ts';
import { expectedSessions } from './expected-sessions.ts';
import { poolOf } from '../src/connection/tables.ts';

type TableRow = Readonly<Record<string, unknown>>;

/** All rows of a projection's tables without `positions`, ordered by key. */
interface AllRows {
  readonly events: TableRow[];
  readonly calls: TableRow[];
  readonly visits: TableRow[];
  readonly segments: TableRow[];
  readonly agents: TableRow[];
  readonly agent_sessions: TableRow[];
}

/** An event and the number of its deliveries. */
interface CountedEvent {
  readonly event: CallEvent;
  readonly deliveries: number;
}

/** The distinct events of `log`, each as its first delivery. */
function countDeliveries(log: readonly CallEvent[]): CountedEvent[] {
  const counted = new Map<string, CountedEvent>();
  for (const event of log) {
    const known = counted.get(event.uuid);
    const first = known && known.event.id < event.id ? known.event : event;
    counted.set(event.uuid, { event: first, deliveries: (known?.deliveries ?? 0) + 1 });
  }
  return [...counted.values()];
}

const eventRow = ({ event, deliveries }: CountedEvent): TableRow => ({
  uuid: event.uuid,
  id: event.id,
  call_id: event.callId,
  type: event.type,
  kind: event.kind,
  actor: event.actor,
  queue: event.queue,
  at: timestamp(event.at),
  clock: event.clock === 'own' ? null : event.clock,
  received_at: timestamp(event.receivedAt),
  body: JSON.parse(event.json) as unknown,
  omitted: event.omitted,
  source: event.source,
  source_name: event.sourceName,
  facts: event.facts && (JSON.parse(JSON.stringify(factsJson(event))) as unknown),
  deliveries,
});

/** The rows that the tables must contain after `log`, computed by the domain only. */
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
    agent_sessions: sorted(expectedSessions(events.map(({ event }) => event)), 'actor', 'queue', 'began_at'),
  };
}

function factsByCall(log: readonly CallEvent[]): Map<string, FactSet> {
  const named = log.filter(({ callId }) => callId !== null);
  return new Map(
    [...Map.groupBy(named, ({ callId }) => callId ?? '')].map(([callId, events]) => [
      callId,
      factSet(events.flatMap(factsOf)),
    ]),
  );
}

/** The rows that the tables contain. */
export async function readRows(db: Tables): Promise<AllRows> {
  const all = async (table: string): Promise<TableRow[]> =>
    (await poolOf(db).query<TableRow>(`select * from ${table}`)).rows;
  return {
    events: sorted(await all('events'), 'uuid'),
    calls: sorted(await all('calls'), 'call_id'),
    visits: sorted(await all('visits'), 'call_id', 'n'),
    segments: sorted(await all('segments'), 'call_id', 'n'),
    agents: sorted(await all('agents'), 'actor', 'queue'),
    agent_sessions: sorted(await all('agent_sessions'), 'actor', 'queue', 'began_at'),
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
