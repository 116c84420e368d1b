import type { ParsedUrlQuery } from 'node:querystring';
import type { z } from 'zod';
import { problemsOf } from '../queries/schema-problems.ts';
import { Rejected } from './problem.ts';

/** Parses the query string by a schema. @throws {Rejected} naming each malformed or unknown parameter */
export function readQuery<Schema extends z.ZodType>(schema: Schema, query: ParsedUrlQuery): z.infer<Schema> {
  const parsed = schema.safeParse({ ...query });
  if (parsed.success) return parsed.data;
  throw new Rejected({ kind: 'malformed', problem: problemsOf(parsed.error) });
}
