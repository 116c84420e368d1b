import { z } from 'zod';
import { parseLocatedYaml } from './located-yaml.ts';

const remedies = { empty: 'empty', alias: 'alias', duplicate: 'duplicate' };
type Nested = Nested[];
const schema: z.ZodType<Nested> = z.lazy(() => z.array(schema));

it.each([
  [100, 'data'],
  [100_000, 'problem'],
])('%i lists in lists have %s, and are no error', (depth, property) => {
  expect(parseLocatedYaml('['.repeat(depth) + ']'.repeat(depth), schema, remedies)).toHaveProperty(property);
});

it('a schema that needs more than the call stack refuses the text at its start', () => {
  const endless = z.string().transform(function again(text): string {
    return again(text + text.slice(0, 0));
  });
  expect(parseLocatedYaml('a', endless, remedies)).toEqual({
    problem: 'the values are nested too deeply',
    line: 1,
    column: 1,
  });
});
