import type { ClientBase } from 'pg';
import { classify } from '../connection/classify.ts';
import { sqlOf } from '../connection/tables.ts';
import type { Tables } from '../connection/tables.ts';
import { discardedSchema, liveSchema, nextSchema, previousSchema } from '../connection/schema-names.ts';
import type { ProjectionSchema } from '../connection/schema-names.ts';
import { inTransaction } from '../connection/transaction.ts';
import { readPositions } from '../read/positions.ts';
import type { Position } from '../read/positions.ts';
import { notifyProjected } from '../write/project.ts';

/** Lock timeout of the swap: transactions that queue behind it wait as long. */
const lockTimeoutMs = 200;
/** If this process hangs while it blocks all writers, Postgres ends its transaction after this long. */
const idleInTransactionMs = 2_000;

/** The renames, in order, that make each schema the live one. */
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
  /** The projection that becomes live. */
  readonly incoming: keyof typeof renames;
  /**
   * Called with the live positions while writers are blocked. Must bring the incoming projection to them quickly, and stop
   * writing to it; false: it could not, and the swap is rolled back.
   */
  readonly catchUp: (live: readonly Position[]) => Promise<boolean>;
}

export type SwapOutcome =
  | { readonly kind: 'swapped'; /** How long writers were blocked. */ readonly heldMs: number }
  /** Another transaction kept the positions locked until the lock timeout. */
  | { readonly kind: 'blocked' }
  /** `catchUp` returned false. */
  | { readonly kind: 'behind' };

/**
 * Tries once to make another projection the live one, in one transaction. Writers wait meanwhile and then write into the new
 * tables; only readers of `positions` wait, too.
 */
export async function trySwap(db: Tables, { incoming, catchUp }: TrySwapOptions): Promise<SwapOutcome> {
  const rollBack = new Error('rolled back');
  let blockedSince = 0;
  try {
    await inTransaction(db, async (client, connection) => {
      await client.query(
        `set local lock_timeout = ${lockTimeoutMs}; set local idle_in_transaction_session_timeout = ${idleInTransactionMs}`,
      );
      // All writers, and all readers that must not see a mix of two projections, read the positions first.
      await client.query(`lock table ${liveSchema}.positions in access exclusive mode`);
      blockedSince = performance.now();
      if (!(await catchUp(await readPositions(connection, liveSchema)))) throw rollBack;
      for (const [from, to] of renames[incoming]) await renameSchema(client, from, to);
    });
  } catch (error) {
    if (error === rollBack) return { kind: 'behind' };
    if (blockedSince === 0 && classify(error) === 'transient' && (error as { code?: string }).code === '55P03')
      return { kind: 'blocked' };
    throw error;
  }
  const heldMs = performance.now() - blockedSince;
  await notifyProjected(db).catch(() => undefined);
  return { kind: 'swapped', heldMs };
}

async function renameSchema(client: ClientBase, from: string, to: string): Promise<void> {
  // Before the first swap, there is no previous projection to discard.
  if (to === discardedSchema && from !== liveSchema) {
    const { rowCount } = await client.query('select from pg_namespace where nspname = $1::text', [from]);
    if (rowCount === 0) return;
  }
  await client.query(`alter schema ${from} rename to ${to}`);
}

/** Identity of a projection, which a rename does not change; null if the schema does not exist. */
export async function projectionId(db: Tables, schema: ProjectionSchema): Promise<number | null> {
  const { rows } = await sqlOf(db).query<{ id: number | null }>('select to_regclass($1::text)::oid::bigint as id', [
    `${schema}.positions`,
  ]);
  return rows[0]?.id ?? null;
}

/** A transaction that holds a lock on the live positions, and therefore blocks a swap. */
export interface BlockingTransaction {
  readonly transaction: string;
  readonly pid: number;
  /** Application, user and state, as far as our rights show them. */
  readonly who: string;
}

/** The transactions that would block a swap now. Blocks nobody itself. */
export async function readBlockingTransactions(db: Tables): Promise<BlockingTransaction[]> {
  const { rows } = await sqlOf(db).query<BlockingTransaction>(
    `select l.virtualtransaction as transaction, l.pid, concat_ws(', ', nullif(a.application_name, ''), a.usename, a.state) as who
     from pg_locks l left join pg_stat_activity a using (pid)
     where l.relation = '${liveSchema}.positions'::regclass and l.granted and l.pid <> pg_backend_pid()
       and l.database = (select oid from pg_database where datname = current_database())`,
  );
  return rows;
}
