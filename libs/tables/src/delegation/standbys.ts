import { sqlOf } from '../connection/tables.ts';
import type { Queryable } from '../connection/tables.ts';

/** The first `call.standby` of a call. */
export interface StoredStandby {
  readonly callId: string;
  /** ms since 1970. */
  readonly receivedAt: number;
  readonly direction: string | null;
  readonly ourNumber: string | null;
  readonly theirNumber: string | null;
}

const standbyColumns = `e.call_id as "callId", (extract(epoch from e.received_at) * 1000)::float8 as "receivedAt",
  e.body->>'direction' as direction, e.body->>'our_number' as "ourNumber", e.body->>'their_number' as "theirNumber"`;
const isStandby = `e.kind = 'call.standby' and e.source is null and e.source_name is null and e.call_id is not null`;

/** Reads the first standby of a call; null if there is none. */
export async function readStandby(db: Queryable, callId: string): Promise<StoredStandby | null> {
  const { rows } = await sqlOf(db).query<StoredStandby>(
    `select ${standbyColumns} from events e where e.call_id = $1::text and ${isStandby} order by e.id limit 1`,
    [callId],
  );
  return rows[0] ?? null;
}

/** Reads the standbys of a period by their own times (ISO 8601), in their order; the first of each call, up to `max`. */
export async function listStandbys(
  db: Queryable,
  { from, to, max }: { readonly from: string; readonly to: string; readonly max: number },
): Promise<readonly StoredStandby[]> {
  const { rows } = await sqlOf(db).query<StoredStandby>(
    `select * from (
       select distinct on (e.call_id) ${standbyColumns} from events e
       where ${isStandby} and e.at >= $1::timestamptz and e.at < $2::timestamptz order by e.call_id, e.id
     ) standbys order by "receivedAt", "callId" limit $3::int`,
    [from, to, max],
  );
  return rows;
}
