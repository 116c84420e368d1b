import specs from '@asyncapi/specs';
import { requestData } from '@callstream/contracts';
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
