import { poolOf } from '../src/connection/tables.ts';
import type { CountedAgentCalls, CountedTalkTimes, Tables, TalkTimesOfPart } from '../src/index.ts';
import { begin } from './count-rows.ts';
import type { CountedRowsOptions } from './count-rows.ts';

interface CountedTalkRowsOptions extends CountedRowsOptions {
  readonly visibleQueues: readonly string[] | null;
}

interface EnteredRow {
  readonly begin: string | null;
  readonly queue: string;
  readonly actor: string;
  readonly enteredAt: string;
  readonly endedAt: string | null;
}

async function readEntered(
  db: Tables,
  { from, to, queues, visibleQueues, interval, timeZone }: CountedTalkRowsOptions,
): Promise<EnteredRow[]> {
  const { rows } = await poolOf(db).query<EnteredRow>(
    `select ${begin('s.entered_at')}, coalesce(s.queue, '') as queue, s.actor, s.entered_at as "enteredAt", s.ended_at as "endedAt"
     from segments s join calls c using (call_id)
     where s.entered_at >= $1::timestamptz and s.entered_at < $2::timestamptz
       and ($3::text[] is null or coalesce(s.queue, '') = any($3)) and ($6::text[] is null or c.queue = any($6))`,
    [from, to, queues, interval, timeZone, visibleQueues],
  );
  return rows;
}

function timesOf(group: readonly EnteredRow[]): CountedTalkTimes {
  const ms = group.flatMap(({ enteredAt, endedAt }) =>
    endedAt === null ? [] : [Math.max(0, Date.parse(endedAt) - Date.parse(enteredAt))],
  );
  return {
    calls: group.length,
    ended: ms.length,
    onCallMs: ms.reduce((sum, one) => sum + one, 0),
    onCallMsMax: Math.max(0, ...ms),
  };
}

/** What `countTalkTimes` must return, by reading each segment: without buckets, and without an order. */
export async function countTalkRows(db: Tables, options: CountedTalkRowsOptions): Promise<TalkTimesOfPart[]> {
  const rows = await readEntered(db, options);
  const byBegin = Map.groupBy(rows, (row) => row.begin);
  byBegin.delete(null);
  return [
    { queue: null, begin: null, ...timesOf(rows) },
    ...[...Map.groupBy(rows, ({ queue }) => queue)].map(([queue, group]) => ({
      queue,
      begin: null,
      ...timesOf(group),
    })),
    ...[...byBegin].map(([at, group]) => ({ queue: null, begin: at, ...timesOf(group) })),
  ];
}

/** What `countAgentCalls` must return without occupancy. */
export async function countAgentRows(db: Tables, options: CountedTalkRowsOptions): Promise<CountedAgentCalls[]> {
  const byActor = Map.groupBy(await readEntered(db, options), ({ actor }) => actor);
  const unknown = { loggedInMs: null, pausedMs: null, occupancy: null };
  return [...byActor].map(([actor, group]) => ({ actor, ...timesOf(group), ...unknown }));
}
