import type { Tables } from '../src/index.ts';
import { addEvents } from './add-events.ts';
import { poolOf } from '../src/connection/tables.ts';

/** Adds `events` events of one call, each with a body of about `bytes` bytes; in partition 0, from offset 0 on. */
export async function addLargeEvents(
  db: Tables,
  { callId, events, bytes }: { readonly callId: string; readonly events: number; readonly bytes: number },
): Promise<void> {
  await poolOf(db).query(
    `insert into events (uuid, id, call_id, type, kind, at, received_at, body, deliveries)
     select overlay(overlay(md5($1 || i) placing '8' from 13) placing '8' from 17)::uuid, i::bigint * 4096, $1, 'call.data-provided', 'call.data-provided', t, t,
       jsonb_build_object('type', 'call.data-provided', 'call_id', $1::text, 'n', i, 'data', repeat('x', $3::int)), 1
     from generate_series(0, $2::int - 1) i, lateral (select now() - interval '1 hour' + i * interval '1 s' as t) times`,
    [callId, events, bytes],
  );
}

interface WaitingCalls {
  readonly calls: number;
  readonly agents: number;
  /** Of the agents' addresses: a long one makes large calls of few events. */
  readonly domain?: string;
}

/** Adds waiting calls, each ringing at `agents` agents. A gateway that starts afterwards has them on its board. */
export async function addWaitingCalls(
  db: Tables,
  { calls, agents, domain = 'example.com' }: WaitingCalls,
): Promise<void> {
  const timestamp = new Date(Math.floor(Date.now() / 1_000) * 1_000).toISOString();
  const eventsOf = (i: number): object[] => {
    const numbers = { direction: 'inbound', our_number: '0800123000', their_number: `5511${900_000_000 + i}` };
    const shared = { call_id: `waits.${i}`, queue: String(900 + (i % 20)), timestamp, ...numbers };
    const ringing = (_: unknown, agent: number): object => ({
      ...shared,
      type: 'actor.ringing',
      number: String(201 + agent),
      actor: `agent${agent + 1}@${domain}`,
    });
    return [{ ...shared, type: 'call.waiting' }, ...Array.from({ length: agents }, ringing)];
  };
  await addEvents(db, Array.from({ length: calls }, (_, i) => eventsOf(i)).flat());
}
