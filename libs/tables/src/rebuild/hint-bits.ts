import type { ClientBase } from 'pg';

/** A transaction that writes into the pages from `from` on. */
interface LoadTransaction {
  readonly from: number;
}

const countPages = `select (pg_relation_size('events') / current_setting('block_size')::int)::int as pages`;

export type HintBits = ReturnType<typeof createHintBits>;

/**
 * Sets hint bits on finished pages of `events` while they are cached, by reading them once no transaction writes into them
 * any more. Otherwise the creation of an index would set them: it would read each page, write it whole into the WAL, and
 * write it again (docs/decisions/0006).
 */
export function createHintBits() {
  const open = new Set<LoadTransaction>();
  /** First page without hint bits; pages from before the first transaction are left alone. */
  let next = Infinity;
  return {
    /** Call it before a transaction begins on `client`. */
    begin: async (client: ClientBase): Promise<LoadTransaction> => {
      const { rows } = await client.query<{ pages: number }>(countPages);
      const transaction = { from: rows[0]?.pages ?? 0 };
      open.add(transaction);
      next = Math.min(next, transaction.from);
      return transaction;
    },
    /** Call it after the commit. A transaction that fails is never ended, so no page from its first one on gets hint bits. */
    end: async (client: ClientBase, transaction: LoadTransaction): Promise<void> => {
      open.delete(transaction);
      const from = next;
      const openFrom = [...open].map((other) => other.from);
      next = openFrom.length > 0 ? Math.min(...openFrom) : transaction.from;
      const below = openFrom.length > 0 ? `and ctid < '(${next},0)'` : '';
      await client.query(`select count(*) from events where ctid >= '(${from},0)' ${below}`);
    },
  };
}
