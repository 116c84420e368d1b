import type { Tables } from '../src/index.ts';

/** Adds a call with so many events of the same type, each with a body of about so many bytes; partition 0, from offset 0 on. */
export async function addLargeEvents(
  db: Tables,
  { callId, events, bytes }: { readonly callId: string; readonly events: number; readonly bytes: number },
): Promise<void> {
  await db.query(
    `insert into events (uuid, id, call_id, type, kind, at, received_at, body, deliveries)
     select overlay(overlay(md5($1 || i) placing '8' from 13) placing '8' from 17)::uuid, i::bigint * 4096, $1, 'call.data-provided', 'call.data-provided', t, t,
       jsonb_build_object('type', 'call.data-provided', 'call_id', $1::text, 'n', i, 'data', repeat('x', $3::int)), 1
     from generate_series(0, $2::int - 1) i, lateral (select now() - interval '1 hour' + i * interval '1 s' as t) times`,
    [callId, events, bytes],
  );
}

/** Adds calls that wait, with so many agents each: what is on the board of a gateway that starts afterwards. */
export async function addWaitingCalls(
  db: Tables,
  { calls, agents }: { readonly calls: number; readonly agents: number },
): Promise<void> {
  await db.query(
    `insert into calls (call_id, id, last_id, state, state_at, state_rank, direction, our_number, their_number, parties_tier,
       parties_at, parties_rank, parties_uuid, queue, queue_tier, queue_at, queue_rank, queue_uuid, recording_at, recording_uuid,
       waiting_at, waiting_since, created_at, updated_at, last_event_at)
     select 'waits.' || i, i * 4096::bigint, i * 4096::bigint, 'WAITING', t, 2, 'inbound', '0800123000', '5511' || 900000000 + i, 0,
       t, 0, md5(i::text)::uuid, (900 + i % 20)::text, 1, t, 0, md5(i::text)::uuid, '-infinity', md5('')::uuid, t, t, t, t, t
     from generate_series(0, $1::int - 1) i, lateral (select date_trunc('second', now()) as t) times`,
    [calls],
  );
  await db.query(
    `insert into call_agents (call_id, actor, ringing_last_at, number, queue, seat_at, seat_rank, seat_uuid)
     select call_id, 'agent' || a || '@example.com', created_at, (200 + a)::text, queue, created_at, 0, md5(a::text)::uuid
     from calls, generate_series(1, $1::int) a where call_id like 'waits.%'`,
    [agents],
  );
}
