import type { Tables } from '../src/index.ts';

/** Events of each made-up call: about what the provider sends. */
const eventsPerCall = 10;
const queues = 20;
const agents = 300;
/** So many calls, the newest, go on. */
const unfinishedCalls = 200;

/**
 * Fills empty tables with made-up rows: many, quickly, and in the shapes and proportions of a call centre; ten events a
 * second from `begin` on.
 */
export async function makeMany(db: Tables, events: number, begin = '2026-03-02T00:00:00Z'): Promise<void> {
  const calls = Math.floor(events / eventsPerCall);
  await db.query(
    `insert into events (uuid, id, call_id, type, kind, at, received_at, body, deliveries)
     select md5(i::text)::uuid, i::bigint * 4096, 'many.' || i / ${eventsPerCall}, k.kind, k.kind, t, t,
       jsonb_build_object('type', k.kind, 'call_id', 'many.' || i / ${eventsPerCall}, 'our_number', '0800123000', 'timestamp', t), 1
     from generate_series(0, $1::int - 1) i,
       lateral (select $2::timestamptz + i * interval '100 ms' as t,
         (array['call.new', 'call.standby', 'call.waiting', 'actor.ringing', 'actor.noanswer', 'actor.ringing', 'actor.entered', 'call.ongoing', 'actor.left', 'call.finished'])[1 + i % ${eventsPerCall}] as kind) k`,
    [calls * eventsPerCall, begin],
  );
  await db.query(
    `insert into calls (call_id, id, last_id, state, state_at, is_opened, began_at, direction, our_number, their_number, queue,
       waiting_at, waiting_since, answered_at, answered_last_at, finished_at, created_at, updated_at, last_event_at, heard_at, delay_ms,
       is_long, facts)
     select 'many.' || i, i * ${eventsPerCall} * 4096::bigint, (i * ${eventsPerCall} + 9) * 4096::bigint,
       case when goes_on then 'WAITING' else 'FINISHED' end, t, true, t, 'inbound', '0800123000', '1198888' || i % 10000,
       (900 + i % ${queues})::text, t, t,
       case when not goes_on then t + interval '15 s' end, case when not goes_on then t + interval '15 s' end,
       case when not goes_on then t + interval '60 s' end, t, t + interval '60 s', t + interval '60 s', t + interval '60 s', 0,
       false, repeat('packed facts of a call ', 20)
     from generate_series(0, $1::int - 1) i,
       lateral (select $2::timestamptz + i * interval '1 s' as t, i >= $1::int - ${unfinishedCalls} as goes_on) c`,
    [calls, begin],
  );
  await db.query(
    `insert into visits (call_id, n, queue, direction, waiting_at, ended_at, outcome, wait_ms)
     select call_id, 0, queue, direction, waiting_at, answered_at, case when answered_at is null then 'open' else 'answered' end,
       case when answered_at is not null then 15000 end from calls`,
  );
  await db.query(
    `insert into segments (call_id, n, actor, queue, entered_at, ended_at, end_reason)
     select call_id, 0, 'agent' || id / ${eventsPerCall * 4096} % ${agents} || '@example.com', queue, answered_at, finished_at, 'finished'
     from calls where answered_at is not null`,
  );
  await db.query(
    `insert into agents (actor, queue, logged_in_at, logged_in_id, updated_at, delay_ms, heard_at)
     select 'agent' || i || '@example.com', (900 + q)::text, $1::timestamptz, 0, $1::timestamptz, 0, $1::timestamptz
     from generate_series(0, ${agents - 1}) i, generate_series(0, 1) q`,
    [begin],
  );
  await db.query('analyze');
}
