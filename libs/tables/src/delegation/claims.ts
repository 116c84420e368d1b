import { sqlOf } from '../connection/tables.ts';
import type { Queryable } from '../connection/tables.ts';

export type DelegationOutcome = 'sent' | 'failed' | 'late' | 'unknown';

/** A call that is to be answered, or that is too late for an answer. Times are in ms since 1970. */
export interface DelegationClaim {
  readonly callId: string;
  /** Reception of its `call.standby`. */
  readonly receivedAt: number;
  /** The own time of its `call.standby`; null if it has no usable one. */
  readonly ownAt: number | null;
  readonly deadlineAt: number;
  readonly rule: string | null;
  readonly destination: string | null;
  /** Set, if the call is claimed only to say that it was not answered. */
  readonly late: { readonly reason: string; readonly endedAt: number } | null;
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/**
 * Claims calls, each for ever: only the caller that gets its id back may answer it.
 * @param claim identity of this attempt. Repeated with the same one, e.g. after a lost connection, it returns the same calls
 * @param claims of different calls
 * @returns those that were not claimed before, with the destination of the first decision of this attempt: it was stored, and may have
 *   been sent
 */
export async function claimDelegations(
  db: Queryable,
  claim: string,
  claims: readonly DelegationClaim[],
): Promise<ReadonlyMap<string, string | null>> {
  const rows = claims.map(({ callId, receivedAt, ownAt, deadlineAt, rule, destination, late }) => ({
    call_id: callId,
    received_at: iso(receivedAt),
    own_at: iso(ownAt),
    deadline_at: iso(deadlineAt),
    rule,
    destination,
    outcome: late === null ? null : 'late',
    reason: late?.reason ?? null,
    ended_at: iso(late?.endedAt ?? null),
  }));
  // In order of the ids: two delegators that claim the same calls would otherwise wait for each other.
  const { rows: claimed } = await sqlOf(db).query<{ callId: string; destination: string | null }>({
    name: 'claim-delegations',
    text: `
      insert into callstream.delegations as d
        (call_id, claim, received_at, own_at, deadline_at, rule, destination, outcome, reason, ended_at)
      select call_id, $1::uuid, received_at, own_at, deadline_at, rule, destination, outcome, reason, ended_at
      from jsonb_to_recordset($2::jsonb) as c (call_id text, received_at timestamptz, own_at timestamptz,
        deadline_at timestamptz, rule text, destination text, outcome text, reason text, ended_at timestamptz)
      order by call_id collate "C"
      on conflict (call_id) do update
        set rule = case when excluded.outcome is null then d.rule end,
          destination = case when excluded.outcome is null then d.destination end,
          outcome = excluded.outcome, reason = excluded.reason, ended_at = excluded.ended_at
        where d.claim = excluded.claim and (d.outcome is null or d.outcome = excluded.outcome)
      returning call_id as "callId", destination`,
    values: [claim, JSON.stringify(rows)],
  });
  return new Map(claimed.map(({ callId, destination }) => [callId, destination]));
}

/** What became of a claimed call. */
export interface DelegationResult {
  readonly callId: string;
  readonly outcome: DelegationOutcome;
  readonly reason: string | null;
  /** ms since 1970. */
  readonly endedAt: number;
}

/** Stores outcomes. One that is stored already stays: of a call there is one outcome. */
export async function endDelegations(db: Queryable, results: readonly DelegationResult[]): Promise<void> {
  const rows = results.map(({ callId, outcome, reason, endedAt }) => ({
    call_id: callId,
    outcome,
    reason,
    ended_at: iso(endedAt),
  }));
  await sqlOf(db).query({
    name: 'end-delegations',
    text: `
      update callstream.delegations d set outcome = r.outcome, reason = r.reason, ended_at = r.ended_at
      from jsonb_to_recordset($1::jsonb) as r (call_id text, outcome text, reason text, ended_at timestamptz)
      where d.call_id = r.call_id and d.outcome is null`,
    values: [JSON.stringify(rows)],
  });
}

/**
 * Ends claims without an outcome whose deadline was before `deadlineBefore` as unknown: their process ended, or could not
 * store the outcome in time. Times are in ms since 1970. @returns the ids of their calls
 */
export async function endLostDelegations(
  db: Queryable,
  {
    deadlineBefore,
    endedAt,
    reason,
  }: { readonly deadlineBefore: number; readonly endedAt: number; readonly reason: string },
): Promise<readonly string[]> {
  const { rows } = await sqlOf(db).query<{ call_id: string }>(
    `update callstream.delegations set outcome = 'unknown', reason = $3::text, ended_at = $2::timestamptz
     where published_at is null and outcome is null and deadline_at < $1::timestamptz returning call_id`,
    [iso(deadlineBefore), iso(endedAt), reason],
  );
  return rows.map(({ call_id }) => call_id);
}

/** Deletes what was published before `before`, in ms since 1970: its events are in the log. */
export async function deleteOldDelegations(db: Queryable, before: number): Promise<void> {
  await sqlOf(db).query(
    'delete from callstream.delegations where published_at is not null and ended_at < $1::timestamptz',
    [iso(before)],
  );
}
