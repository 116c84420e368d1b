import { Validator } from '@seriousme/openapi-schema-validator';
import { openApi } from './openapi.ts';
import { answers } from '../problem.ts';

interface Description {
  readonly paths: Record<string, { post: { responses: Record<string, unknown>; security: object[] } }>;
}

type DescribedAuthentication = Parameters<typeof openApi>[0][number]['authentication'];
const edgesOf = (authentication: DescribedAuthentication): Parameters<typeof openApi>[0] => [
  { path: '/webhook', source: null, hasNames: false, authentication },
  { path: '/from/asterisk', source: 'asterisk', hasNames: true, authentication },
];

it.each([
  ['without a secret', { hasPathSecret: false, schemes: [] }, ['/webhook', '/from/asterisk', '/from/asterisk/{name}']],
  [
    'with every kind of secret',
    { hasPathSecret: true, schemes: ['basic', 'bearer', 'signature'] },
    ['/webhook', '/webhook/{secret}', '/from/asterisk', '/from/asterisk/{name}', '/from/asterisk/{name}/{secret}'],
  ],
] as const)('describes the webhook in OpenAPI 3.1: %s', async (_, authentication, paths) => {
  const description = openApi(edgesOf(authentication));
  const validator = new Validator();
  expect(await validator.validate(JSON.parse(JSON.stringify(description)) as Record<string, unknown>)).toEqual({
    valid: true,
  });
  expect(validator.version).toBe('3.1');
  expect(Object.keys((description as Description).paths)).toEqual(paths);
});

it('describes every status with which a request can be answered', () => {
  const { paths } = openApi(edgesOf({ hasPathSecret: false, schemes: [] })) as Description;
  const statuses = ['200', ...Object.values(answers).map(({ status }) => String(status))];
  expect(new Set(Object.keys(paths['/webhook']?.post.responses ?? {}))).toEqual(new Set(statuses));
});
