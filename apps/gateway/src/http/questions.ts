import type { ParsedUrlQuery } from 'node:querystring';
import { z } from 'zod';
import { Rejected } from './problem.ts';

/** The parameters of an address, as the schema has them. @throws {Rejected} naming each that cannot be understood */
export function readQuery<Schema extends z.ZodType>(schema: Schema, query: ParsedUrlQuery): z.infer<Schema> {
  const read = schema.safeParse({ ...query });
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`.replace(/^: /, ''));
  throw new Rejected({ kind: 'malformed', problem: problems.join('; ') });
}
