import type { ParsedUrlQuery } from 'node:querystring';
import type { Scope } from '../access/scope.ts';

/** A question, and what who asks may see. */
interface Question {
  /** Parts of the path, by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: ParsedUrlQuery;
  readonly scope: Scope;
}

/** Answers a question with what becomes the JSON of the answer. @throws {Rejected} */
export type Route = (question: Question) => Promise<object>;
