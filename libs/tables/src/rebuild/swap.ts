import type { ClientBase } from 'pg';
import type { Tables } from '../connection/pool.ts';
import { classify } from '../connection/classify.ts';
import { inTransaction } from '../connection/transaction.ts';
import { readPositions } from '../read/positions.ts';
import type { Position } from '../read/positions.ts';
import { notifyProjected } from '../write/project.ts';
import { discardedSchema, liveSchema, nextSchema, previousSchema } from '../projection/schemas.ts';
import type { ProjectionSchema } from '../projection/schemas.ts';

/** Longest that we stand in line for the positions: whoever comes after us waits as long. */
const lockTimeoutMs = 200;
/** Should this process freeze while it holds everybody up, Postgres ends its transaction after this long. */
const idleInTransactionMs = 2_000;

/** Renames, in this order, that put each schema in the place of the live one. */
const renames = {
  [nextSchema]: [
    [previousSchema, discardedSchema],
    [liveSchema, previousSchema],
    [nextSchema, liveSchema],
  ],
  [previousSchema]: [
    [liveSchema, discardedSchema],
    [previousSchema, liveSchema],
    [discardedSchema, previousSchema],
  ],
} as const;

export interface TrySwapOptions {
  /** The projection that becomes the live one. */
  readonly incoming: keyof typeof renames;
  /**
   * Called while nobody can write, with the positions of the live projection: brings the incoming one there, if it can
   * in little time, and stops writing to it. False: not this time.
   */
  readonly catchUp: (live: readonly Position[]) => Promise<boolean>;
}

export type SwapOutcome =
  | { readonly kind: 'swapped'; /** How long writers were held up. */ readonly heldMs: number }
  /** Somebody had the positions open and did not let go in time. */
  | { readonly kind: 'held' }
  /** `catchUp` said no. */
  | { readonly kind: 'behind' };

/**
 * Tries once to put another projection in the place of the live one: in one transaction, all or nothing. Writers wait
 * meanwhile and then write into the new tables; readers of anything but `positions` do not even wait.
 */
export async function trySwap(db: Tables, { incoming, catchUp }: TrySwapOptions): Promise<SwapOutcome> {
  const rollBack = new Error('rolled back');
  let heldSince = 0;
  try {
    await inTransaction(db, async (client) => {
      await client.query(
        `set local lock_timeout = ${lockTimeoutMs}; set local idle_in_transaction_session_timeout = ${idleInTransactionMs}`,
      );
      // Every reader that is to see one projection, and not half of two, and every writer, begins with the positions.
      await client.query(`lock table ${liveSchema}.positions in access exclusive mode`);
      heldSince = performance.now();
      if (!(await catchUp(await readPositions(client, liveSchema)))) throw rollBack;
      for (const [from, to] of renames[incoming]) await renameSchema(client, from, to);
    });
  } catch (error) {
    if (error === rollBack) return { kind: 'behind' };
    if (heldSince === 0 && classify(error) === 'transient' && (error as { code?: string }).code === '55P03')
      return { kind: 'held' };
    throw error;
  }
  const heldMs = performance.now() - heldSince;
  await notifyProjected(db).catch(() => undefined);
  return { kind: 'swapped', heldMs };
}

async function renameSchema(client: ClientBase, from: string, to: string): Promise<void> {
  // Before the first swap, there is no previous projection to be discarded.
  if (to === discardedSchema && from !== liveSchema) {
    const { rowCount } = await client.query('select from pg_namespace where nspname = $1::text', [from]);
    if (rowCount === 0) return;
  }
  await client.query(`alter schema ${from} rename to ${to}`);
}

/** Identity of a projection, whatever it is called; null if there is none. */
export async function projectionId(db: Tables, schema: ProjectionSchema): Promise<number | null> {
  const { rows } = await db.query<{ id: number | null }>('select to_regclass($1::text)::oid::bigint as id', [
    `${schema}.positions`,
  ]);
  return rows[0]?.id ?? null;
}

/** A transaction that has the positions open. */
export interface BlockingTransaction {
  readonly transaction: string;
  readonly pid: number;
  /** Name of application and user, as far as we may know. */
  readonly who: string;
}

/** The transactions that have the live positions open now. Asking holds nobody up. */
export async function readBlockingTransactions(db: Tables): Promise<BlockingTransaction[]> {
  const { rows } = await db.query<BlockingTransaction>(
    `select l.virtualtransaction as transaction, l.pid, concat_ws(', ', nullif(a.application_name, ''), a.usename, a.state) as who
     from pg_locks l left join pg_stat_activity a using (pid)
     where l.relation = '${liveSchema}.positions'::regclass and l.granted and l.pid <> pg_backend_pid()
       and l.database = (select oid from pg_database where datname = current_database())`,
  );
  return rows;
}
