import type { ParsedUrlQuery } from 'node:querystring';
import type { z } from 'zod';
import { problemsOf } from '../queries/schema-problems.ts';
import { Rejected } from './problem.ts';

/** The parameters of an address, as the schema has them. @throws {Rejected} naming each that cannot be understood */
export function readQuery<Schema extends z.ZodType>(schema: Schema, query: ParsedUrlQuery): z.infer<Schema> {
  const read = schema.safeParse({ ...query });
  if (read.success) return read.data;
  throw new Rejected({ kind: 'malformed', problem: problemsOf(read.error) });
}
