import type { Tables } from '@callstream/tables';

export interface ManyCalls {
  readonly calls: number;
  readonly queues: number;
  readonly agents: number;
}

/**
 * Fills the tables with unfinished calls, half of them waiting and half talked on, and with agents who are each logged in to
 * two queues; by SQL, because it takes a second where events would take minutes. Queues are `q0`, `q1`, …, agents `a0`, `a1`, ….
 */
export async function fillWithCalls(db: Tables, { calls, queues, agents }: ManyCalls): Promise<void> {
  const none = `'-infinity', -1, '00000000-0000-0000-0000-000000000000'`;
  await db.query(
    `insert into calls (call_id, id, last_id, state, state_at, state_rank, direction, our_number, their_number,
       parties_tier, parties_at, parties_rank, parties_uuid, queue, queue_tier, queue_at, queue_rank, queue_uuid,
       recording_at, recording_uuid, waiting_at, waiting_since, created_at, updated_at, last_event_at)
     select 'many.' || n, n * 4096, n * 4096, case n % 2 when 0 then 'WAITING' else 'ONGOING' end, at, 2 + n % 2,
       'inbound', '0800123000', '55119' || lpad(n::text, 8, '0'), 2, ${none}, 'q' || n % $2::int, -1, ${none},
       '-infinity', '00000000-0000-0000-0000-000000000000', at, at, at, at, at
     from generate_series(1, $1::int) n,
       lateral (select date_trunc('milliseconds', now()) - n * interval '1 ms' as at) clock`,
    [calls, queues],
  );
  await db.query(
    `insert into call_agents (call_id, actor, entered_at, entered_last_at, number, queue, seat_at, seat_rank, seat_uuid)
     select call_id, 'a' || (id / 4096) % $1::int || '@example.com', created_at, created_at, '200', queue, ${none}
     from calls where state = 'ONGOING'`,
    [agents],
  );
  await db.query(
    `insert into agents (actor, queue, logged_in_at, last_seen_at, number, number_at, number_rank, number_uuid)
     select 'a' || n || '@example.com', 'q' || (n + more) % $2::int, now(), now(), '200', ${none}
     from generate_series(0, $1::int - 1) n, generate_series(0, 1) more on conflict do nothing`,
    [agents, queues],
  );
  await db.query('analyze calls, call_agents, agents');
}
