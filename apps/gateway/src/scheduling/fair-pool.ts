import { withConnection } from '@callstream/tables';
import type { Queryable, Tables } from '@callstream/tables';
import type { Scope } from '../access/scope.ts';
import { VisibleTables } from '../queries/visible-tables.ts';
import type { FairQueue } from './fair-queue.ts';
import type { Requester } from './requester.ts';
import { SharedTask } from './shared-task.ts';
import { createSingleFlight } from './single-flight.ts';

/** A query for clients, over one connection: it reads only what their scope may see. */
type ScopedQuery<Params, Result> = (tables: VisibleTables, params: Params) => Promise<Result>;
interface Scoped {
  readonly scope: Scope;
}

/**
 * The only way from a client's request to Postgres: each query waits for the requester's turn. Nothing else has the pool, so
 * nothing bypasses the queue.
 */
export interface FairPool {
  /** Of the gateway itself. @throws {NotServed} if there was no turn in time; else whatever the query throws */
  readonly query: <Result>(requester: Requester, query: (db: Queryable) => Promise<Result>) => Promise<Result>;
  /** Of a client, shared with no other one. @throws as `query` */
  readonly scoped: <Result>(
    requester: Requester,
    scope: Scope,
    query: (tables: VisibleTables) => Promise<Result>,
  ) => Promise<Result>;
  /** Makes a query of clients whose identical requests share one run: see {@link createSingleFlight}. */
  readonly singleFlight: <Params extends Scoped, Result>(
    query: ScopedQuery<Params, Result>,
  ) => (requester: Requester, params: Params) => Promise<Result>;
}

/** @param pool has a connection for each query that the queue runs at the same time */
export function createFairPool(pool: Tables, { schedule }: FairQueue): FairPool {
  return {
    query: (requester, query) => schedule(requester, new SharedTask(() => withConnection(pool, query))),
    scoped: (requester, scope, query) =>
      schedule(requester, new SharedTask(() => withConnection(pool, (db) => query(new VisibleTables(db, scope))))),
    singleFlight: <Params extends Scoped, Result>(query: ScopedQuery<Params, Result>) =>
      createSingleFlight(
        (params: Params) => withConnection(pool, (db) => query(new VisibleTables(db, params.scope), params)),
        schedule,
      ),
  };
}
