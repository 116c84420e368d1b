import specs from '@asyncapi/specs';
import { requestData } from '@callstream/contracts';
import { numberDefinitions } from '@callstream/domain';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { asyncApi } from './asyncapi.ts';
import { openApi } from './openapi.ts';
import { problemTypes } from './problem.ts';

/** As clients get it. */
const sent = (description: object) => JSON.parse(JSON.stringify(description)) as Record<string, unknown>;

interface Described {
  readonly paths: Record<
    string,
    { get: { parameters: { name: string; schema: object }[]; responses: Record<string, unknown> } }
  >;
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}
interface Components {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}
interface DescribedNumber {
  readonly path: string;
  readonly description: string;
}

/** The fields of a schema that are numbers, at any depth. */
function numbersOf(schema: Schema, path: string): DescribedNumber[] {
  const { type = '', description = '', properties = {}, items, anyOf = [] } = schema;
  const isNumber = [type, ...anyOf.map((variant) => variant.type)]
    .flat()
    .some((of) => of === 'number' || of === 'integer');
  return [
    ...(isNumber ? [{ path, description }] : []),
    ...Object.entries(properties).flatMap(([name, field]) => numbersOf(field, `${path}.${name}`)),
    ...(items ? numbersOf(items, `${path}[]`) : []),
  ];
}

describe('the OpenAPI description', () => {
  const description = sent(openApi({ isOpen: false }));

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(description)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has every status of an answer, and a schema for every parameter', () => {
    const { paths } = description as unknown as Described;
    const statuses = ['200', ...Object.values(problemTypes).map(({ status }) => String(status))];
    for (const { get } of Object.values(paths)) {
      expect(new Set(Object.keys(get.responses))).toEqual(new Set(statuses));
      for (const { schema } of get.parameters) expect(Object.keys(schema)).not.toHaveLength(0);
    }
    expect(paths['/api/calls']?.get.parameters.map(({ name }) => name)).toContain('number');
  });
});

describe('the definitions of numbers', () => {
  const { components } = sent(openApi({ isOpen: false })) as unknown as Components;
  const texts = Object.values(numberDefinitions).map(({ sentence, example }) => `${sentence} Example: ${example}`);
  const described = Object.entries(components.schemas).flatMap(([name, schema]) => numbersOf(schema, name));

  it('describe every number of queues, agents, stats and concurrent calls', () => {
    const isCounted = (path: string): boolean => /^(Queues|Agents|Stats|ConcurrentCalls)\./.test(path);
    const counted = described.filter(({ path }) => isCounted(path));
    expect(counted.length).toBeGreaterThan(100);
    expect(
      counted.filter(({ description }) => !texts.some((text) => description.startsWith(text))).map(({ path }) => path),
    ).toEqual([]);
  });

  it('describe nothing else: each is of a number of the API', () => {
    const isUsed = (text: string): boolean => described.some(({ description }) => description.startsWith(text));
    expect(texts.filter((text) => !isUsed(text))).toEqual([]);
  });

  it('are of two numbers nowhere the same', () => {
    expect(new Set(Object.values(numberDefinitions).map(({ sentence }) => sentence)).size).toBe(texts.length);
  });
});

describe('the AsyncAPI description', () => {
  const description = sent(asyncApi());

  it('is valid AsyncAPI 3', () => {
    const ajv = new Ajv({ meta: false, strict: false, validateFormats: false, validateSchema: false });
    const isValid = ajv.compile(specs.schemas['3.0.0'] as object);
    isValid(description);
    expect(isValid.errors).toBeNull();
  });

  it('has every request of the protocol', () => {
    const { messages } = (description as { components: { messages: object } }).components;
    expect(Object.keys(messages)).toEqual(
      expect.arrayContaining(Object.keys(requestData).map((event) => `request.${event}`)),
    );
  });
});
