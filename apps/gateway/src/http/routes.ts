import type { IncomingMessage } from 'node:http';
import type { ParsedUrlQuery } from 'node:querystring';
import type { Scope } from '../access/scope.ts';
import type { Requester } from '../scheduling/requester.ts';
import type { NumberView } from '../numbers/view-cache.ts';
import type { VisibleTables } from '../queries/visible-tables.ts';
import type { Rejected } from './problem.ts';

/** A request of the API, with the scope of its token. */
export interface ApiRequest {
  /** Parameters of the path, by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: ParsedUrlQuery;
  readonly scope: Scope;
}

/**
 * Validates a request, and returns the query that answers it: with the object that becomes the JSON of the answer, or with a
 * rejection. The query returns a rejection instead of throwing it, because an error closes its connection to Postgres.
 * @throws {Rejected} if the request is malformed
 */
export type QueryRoute = (request: ApiRequest) => (tables: VisibleTables) => Promise<object | Rejected>;

/** Validates a request for a view of the queue snapshot. @throws {Rejected} if it is malformed */
export type NumberRoute = (request: ApiRequest) => NumberView;

/** The client of a request: requests of one connection share its turns. */
export const requesterOf = (request: IncomingMessage, address: string): Requester => ({
  address,
  connection: request.socket,
  isGone: () => request.socket.destroyed,
});
