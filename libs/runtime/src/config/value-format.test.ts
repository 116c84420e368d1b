import { z } from 'zod';
import { formatOf } from './value-format.ts';

const count = z.coerce.number().int().min(1).max(64);
const autoOr = z.union([z.literal('auto'), count]);

it.each([
  [count, 'whole number from 1 to 64'],
  [count.default(1), 'whole number from 1 to 64'],
  [autoOr.default('auto'), 'auto or whole number from 1 to 64'],
  [autoOr.default(1).transform((value) => (value === 'auto' ? 3 : value)), 'auto or whole number from 1 to 64'],
  [z.enum(['none', 'secret']).default('none'), 'none, secret'],
  [z.stringbool().default(false), 'true, false'],
  [z.string().default('x'), 'text'],
  [
    z
      .string()
      .transform((text) => text.split(','))
      .default([]),
    'list, separated by commas',
  ],
])('the values of a setting are described by its schema: %#', (type: z.ZodType, expected) => {
  expect(formatOf('SOME_COUNT', type)).toBe(expected);
});
