import { Validator } from '@seriousme/openapi-schema-validator';
import { openApi } from './openapi.ts';
import { answers } from '../problem.ts';

interface Description {
  readonly paths: Record<string, { post: { responses: Record<string, unknown>; security: object[] } }>;
}

it.each([
  ['open', { knowsPaths: false, kinds: [] }, ['/webhook']],
  ['closed', { knowsPaths: true, kinds: ['basic', 'bearer', 'signature'] }, ['/webhook', '/webhook/{secret}']],
] as const)('the description of an ingest that is %s is OpenAPI 3.1', async (_, authentication, paths) => {
  const description = openApi(authentication);
  const validator = new Validator();
  expect(await validator.validate(JSON.parse(JSON.stringify(description)) as Record<string, unknown>)).toEqual({
    valid: true,
  });
  expect(validator.version).toBe('3.1');
  expect(Object.keys((description as Description).paths)).toEqual(paths);
});

it('names every status that a request can be answered with', () => {
  const { paths } = openApi({ knowsPaths: false, kinds: [] }) as Description;
  const statuses = ['200', ...Object.values(answers).map(({ status }) => String(status))];
  expect(new Set(Object.keys(paths['/webhook']?.post.responses ?? {}))).toEqual(new Set(statuses));
});
