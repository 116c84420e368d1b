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
    `insert into calls (call_id, id, last_id, state, state_at, state_rank, direction, our_number, their_number, parties_tier,
       parties_at, parties_rank, parties_uuid, queue, queue_tier, queue_at, queue_rank, queue_uuid, recording_at, recording_uuid,
       waiting_at, waiting_since, answered_at, answered_last_at, finished_at, created_at, updated_at, last_event_at)
     select 'many.' || i, i * ${eventsPerCall} * 4096::bigint, (i * ${eventsPerCall} + 9) * 4096::bigint,
       case when goes_on then 'WAITING' else 'FINISHED' end, t, case when goes_on then 2 else 4 end, 'inbound', '0800123000', '1198888' || i % 10000, 0,
       t, 0, md5(i::text)::uuid, (900 + i % ${queues})::text, 1, t, 0, md5(i::text)::uuid, '-infinity', md5('')::uuid,
       t, t, case when not goes_on then t + interval '15 s' end, case when not goes_on then t + interval '15 s' end,
       case when not goes_on then t + interval '60 s' end, t, t + interval '60 s', t + interval '60 s'
     from generate_series(0, $1::int - 1) i,
       lateral (select $2::timestamptz + i * interval '1 s' as t, i >= $1::int - ${unfinishedCalls} as goes_on) c`,
    [calls, begin],
  );
  await db.query(
    `insert into call_queues (call_id, queue, waiting_at, waiting_since, answered_at) select call_id, queue, waiting_at, waiting_since, answered_at from calls`,
  );
  await db.query(
    `insert into call_agents (call_id, actor, entered_at, entered_last_at, left_last_at, seat_at, seat_rank, seat_uuid)
     select call_id, 'agent' || id / ${eventsPerCall * 4096} % ${agents} || '@example.com', answered_at, answered_at, finished_at, created_at, 0, md5('')::uuid
     from calls where answered_at is not null`,
  );
  await db.query(
    `insert into agents (actor, queue, logged_in_at, last_seen_at, number_at, number_rank, number_uuid)
     select 'agent' || i || '@example.com', (900 + q)::text, $1::timestamptz, $1::timestamptz, '-infinity', -1, md5('')::uuid
     from generate_series(0, ${agents - 1}) i, generate_series(0, 1) q`,
    [begin],
  );
  await db.query('analyze');
}
