import { until } from '@callstream/stack';
import type { Tables } from '@callstream/tables';
import { poolOf } from '@callstream/tables/testing';

/** What became of a call, in the tables. */
export interface StoredOutcome {
  readonly call_id: string;
  readonly outcome: string | null;
  readonly destination: string | null;
  readonly rule: string | null;
  readonly isPublished: boolean;
}

/** Resolves once each of these calls has an outcome that is in the log. */
export async function untilSaid(
  db: Tables,
  callIds: readonly string[],
  timeoutMs: number,
): Promise<ReadonlyMap<string, StoredOutcome>> {
  const read = async (): Promise<ReadonlyMap<string, StoredOutcome>> => {
    const { rows } = await poolOf(db).query<StoredOutcome>(
      `select call_id, outcome, destination, rule, published_at is not null as "isPublished"
       from callstream.delegations where call_id = any($1::text[])`,
      [callIds],
    );
    return new Map(rows.map((row) => [row.call_id, row]));
  };
  let outcomes = await read();
  const isSaid = (callId: string): boolean => outcomes.get(callId)?.isPublished ?? false;
  const onTimeout = (): Error => {
    const open = callIds.filter((callId) => !isSaid(callId)).map((id) => outcomes.get(id) ?? id);
    return new Error(`${open.length} calls are not accounted for: ${JSON.stringify(open.slice(0, 5))}`);
  };
  const areSaid = async (): Promise<boolean> => {
    outcomes = await read();
    return callIds.every(isSaid);
  };
  await until(areSaid, { timeoutMs, onTimeout });
  return outcomes;
}
