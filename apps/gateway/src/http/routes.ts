import type { IncomingMessage } from 'node:http';
import type { ParsedUrlQuery } from 'node:querystring';
import type { Queryable } from '@callstream/tables';
import type { Scope } from '../access/scope.ts';
import type { Requester } from '../scheduling/requester.ts';
import type { NumberView } from '../numbers/view-cache.ts';
import type { Rejected } from './problem.ts';

/** A question, and what who asks may see. */
export interface ApiRequest {
  /** Parts of the path, by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: ParsedUrlQuery;
  readonly scope: Scope;
}

/**
 * Reads a question, and returns what answers it over one connection, when there is a turn for it: with what becomes the JSON
 * of the answer, or a refusal. What it throws costs the connection. @throws {Rejected} if the question cannot be understood
 */
export type QueryRoute = (question: ApiRequest) => (db: Queryable) => Promise<object | Rejected>;

/** Reads a question for numbers. @throws {Rejected} */
export type NumberRoute = (question: ApiRequest) => NumberView;

/** Who asks over HTTP: requests of one connection wait in one line. */
export const askerOf = (request: IncomingMessage, address: string): Requester => ({
  address,
  connection: request.socket,
  isGone: () => request.socket.destroyed,
});
