import type pg from 'pg';

/** What executes a statement: a connection, or a pool of them. */
export type Sql = Pick<pg.ClientBase, 'query'>;

/** Connections of a pool at this moment. */
export interface ConnectionCounts {
  readonly open: number;
  /** In use. */
  readonly busy: number;
  readonly max: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
}

let getPool: (tables: Tables) => pg.Pool;
let getClient: (connection: TablesConnection) => pg.ClientBase;

/** The tables of one projection, over a pool of connections. Opaque: no code outside of this lib can send SQL. */
export class Tables {
  readonly #pool: pg.Pool;
  static {
    getPool = (tables) => tables.#pool;
  }

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  connections(): ConnectionCounts {
    const { totalCount, idleCount, waitingCount, options } = this.#pool;
    return { open: totalCount, busy: totalCount - idleCount, max: options.max, waiting: waitingCount };
  }

  /** Closes all connections once they are idle. */
  end(): Promise<void> {
    return this.#pool.end();
  }
}

/** One connection to the tables. Opaque, as {@link Tables}. */
export class TablesConnection {
  readonly #client: pg.ClientBase;
  static {
    getClient = (connection) => connection.#client;
  }

  constructor(client: pg.ClientBase) {
    this.#client = client;
  }
}

/** What reads need. */
export type Queryable = Tables | TablesConnection;

export const poolOf = (tables: Tables): pg.Pool => getPool(tables);
export const clientOf = (connection: TablesConnection): pg.ClientBase => getClient(connection);
export const sqlOf = (db: Queryable): Sql => (db instanceof Tables ? getPool(db) : getClient(db));
