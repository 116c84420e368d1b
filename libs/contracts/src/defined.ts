import { numberDefinitions } from '@callstream/domain';
import type { NumberId } from '@callstream/domain';
import type { z } from 'zod';

/** The schema with the definition of its number as description. */
export function defined<Schema extends z.ZodType>(schema: Schema, id: NumberId): Schema {
  const { sentence, example } = numberDefinitions[id];
  return schema.describe(`${sentence} Example: ${example}`);
}
