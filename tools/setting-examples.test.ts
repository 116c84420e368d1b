import { readConfig } from '@callstream/runtime';
import { z } from 'zod';
import { readServiceSchemas } from './service-schemas.ts';

interface Example {
  readonly name: string;
  readonly value: string;
  readonly type: z.ZodType;
}

const settings = new Map(
  Object.values(await readServiceSchemas()).flatMap((schema) => Object.entries(schema.shape) as [string, z.ZodType][]),
);

function examplesOf(kind: 'good' | 'bad'): Example[] {
  return [...settings].flatMap(([name, type]) => {
    const values = type.meta()?.[kind];
    if (!Array.isArray(values))
      throw new Error(`${name} has no examples: add .meta(examples([…], […])) in its config.ts.`);
    return (values as string[]).map((value) => ({ name, value, type }));
  });
}

/** Reads the setting alone, without the rules that concern several. */
const read = ({ name, value, type }: Example): unknown =>
  readConfig(z.object({ [name]: type }), { [name]: value })[name];

it.each(examplesOf('good'))('$name accepts $value', (example) => expect(read(example)).toBeDefined());

it.each(examplesOf('bad').filter(({ value }) => value !== ''))('$name refuses $value, and says so', (example) =>
  expect(() => read(example)).toThrow(`  ${example.name}: `),
);

it.each(examplesOf('bad').filter(({ value }) => value === ''))(
  '$name is refused or unset if it is empty',
  (example) => {
    const isSecret = example.type.meta()?.['secret'] === true;
    const isRequired = !example.type.safeParse(undefined).success;
    if (isSecret || isRequired) expect(() => read(example)).toThrow(example.name);
    else expect(read(example)).toEqual(example.type.safeParse(undefined).data);
  },
);
