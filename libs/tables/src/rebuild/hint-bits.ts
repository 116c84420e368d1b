import type { ClientBase } from 'pg';

/** A transaction that writes into pages from `from` on. */
interface LoadTransaction {
  readonly from: number;
}

const countPages = `select (pg_relation_size('events') / current_setting('block_size')::int)::int as pages`;

export type HintBits = ReturnType<typeof createHintBits>;

/**
 * Looks at the pages of `events` once nobody writes into them any more. Who reads rows first marks them as committed. While
 * their pages are in memory, that is little work; when an index is made, each page would be read, put whole into the WAL
 * and written once more (docs/decisions/0006).
 */
export function createHintBits() {
  const writings = new Set<LoadTransaction>();
  /** The first page that nobody has looked at; what was there before the first transaction is not ours. */
  let next = Infinity;
  return {
    /** Before a transaction begins on `client`. */
    begin: async (client: ClientBase): Promise<LoadTransaction> => {
      const { rows } = await client.query<{ pages: number }>(countPages);
      const writing = { from: rows[0]?.pages ?? 0 };
      writings.add(writing);
      next = Math.min(next, writing.from);
      return writing;
    },
    /** After its commit. One that fails is not ended, and nobody looks behind its pages. */
    end: async (client: ClientBase, writing: LoadTransaction): Promise<void> => {
      writings.delete(writing);
      const from = next;
      const open = [...writings].map((other) => other.from);
      next = open.length > 0 ? Math.min(...open) : writing.from;
      const below = open.length > 0 ? `and ctid < '(${next},0)'` : '';
      await client.query(`select count(*) from events where ctid >= '(${from},0)' ${below}`);
    },
  };
}
