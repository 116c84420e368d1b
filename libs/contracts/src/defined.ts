import { numberDefinitions } from '@callstream/domain';
import type { NumberId } from '@callstream/domain';
import type { z } from 'zod';

/**
 * The schema with the definition of its number as description.
 * @param note what only a program must know: the unit, and what stands for no number
 */
export function defined<Schema extends z.ZodType>(schema: Schema, id: NumberId, note = ''): Schema {
  const { sentence, example } = numberDefinitions[id];
  return schema.describe(`${sentence} Example: ${example} ${note}`.trim());
}
