import { sqlOf } from '../connection/tables.ts';
import type { Queryable } from '../connection/tables.ts';
import type { DelegationOutcome } from './claims.ts';

/** An outcome that is not in the log yet. Times are in ms since 1970. */
export interface UnpublishedDelegation {
  readonly callId: string;
  readonly receivedAt: number;
  readonly ownAt: number | null;
  readonly rule: string | null;
  readonly destination: string | null;
  readonly outcome: DelegationOutcome;
  readonly reason: string | null;
  readonly endedAt: number;
}

const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;
const unpublished = `
  select call_id as "callId", ${ms('received_at')} as "receivedAt", ${ms('own_at')} as "ownAt", rule, destination, outcome,
    reason, ${ms('ended_at')} as "endedAt"
  from callstream.delegations where published_at is null and outcome is not null`;

/** Outcomes of these calls that are not in the log yet. */
export async function readUnpublished(
  db: Queryable,
  callIds: readonly string[],
): Promise<readonly UnpublishedDelegation[]> {
  const { rows } = await sqlOf(db).query<UnpublishedDelegation>({
    name: 'read-unpublished',
    text: `${unpublished} and call_id = any($1::text[])`,
    values: [callIds],
  });
  return rows;
}

/** Outcomes since before `endedBefore` (ms since 1970) that are not in the log yet, of any process; the oldest first, up to `max`. */
export async function readForgotten(
  db: Queryable,
  { endedBefore, max }: { readonly endedBefore: number; readonly max: number },
): Promise<readonly UnpublishedDelegation[]> {
  const { rows } = await sqlOf(db).query<UnpublishedDelegation>(
    `${unpublished} and ended_at < $1::timestamptz order by ended_at limit $2::int`,
    [new Date(endedBefore).toISOString(), max],
  );
  return rows;
}

/** Records that the outcomes of these calls are in the log. */
export async function markPublished(db: Queryable, callIds: readonly string[], publishedAt: number): Promise<void> {
  await sqlOf(db).query({
    name: 'mark-published',
    text: `update callstream.delegations set published_at = $2::timestamptz where call_id = any($1::text[])`,
    values: [callIds, new Date(publishedAt).toISOString()],
  });
}
