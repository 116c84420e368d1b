import { withConnection } from '@callstream/tables';
import type { Queryable, Tables } from '@callstream/tables';
import type { Requester } from './requester.ts';
import type { FairQueue } from './fair-queue.ts';
import { createSingleFlight } from './single-flight.ts';
import { SharedTask } from './shared-task.ts';

/** A query of Postgres, over one connection. */
type Query<Params, Result> = (db: Queryable, params: Params) => Promise<Result>;

/**
 * The one way to Postgres for all that clients ask: who asks has to be named, and waits for a turn. Nobody but this has the
 * pool, so nothing passes the queue by.
 */
export interface FairPool {
  /** @throws {NotServed} if there was no turn in time; whatever the query throws otherwise */
  readonly query: <Result>(asker: Requester, query: (db: Queryable) => Promise<Result>) => Promise<Result>;
  /** Makes a query of which one run is shared by all who ask for the same: see {@link createSingleFlight}. */
  readonly shared: <Params, Result>(
    query: Query<Params, Result>,
  ) => (asker: Requester, params: Params) => Promise<Result>;
}

/** `pool` must have a connection for each query that the queue lets run. */
export function createFairPool(pool: Tables, { enter }: FairQueue): FairPool {
  return {
    query: (asker, query) => enter(asker, new SharedTask(() => withConnection(pool, query))),
    shared: <Params, Result>(query: Query<Params, Result>) =>
      createSingleFlight((params: Params) => withConnection(pool, (db) => query(db, params)), enter),
  };
}
