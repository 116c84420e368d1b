import { Problem, WebhookAccepted, WebhookEvent } from '@callstream/contracts';
import { z } from 'zod';
import type { SenderAuthentication } from '../admission/credentials.ts';
import { answers } from '../problem.ts';

/** What an operator's tools read of the webhook: OpenAPI 3.1, made of the schemas and of the table of refusals. */
export function openApi({ knowsPaths, kinds }: Pick<SenderAuthentication, 'knowsPaths' | 'kinds'>): object {
  const post = {
    operationId: 'postEvent',
    summary: 'Hands over one event. 200: it is stored for good.',
    requestBody: { required: true, content: { 'application/json': { schema: reference('WebhookEvent') } } },
    responses: { 200: accepted, ...refusals() },
  };
  const secret = { name: 'secret', in: 'path', required: true, schema: { type: 'string' } };
  const open = kinds.length === 0 ? [] : kinds.map((kind) => ({ [kind]: [] }));
  return {
    openapi: '3.1.0',
    info: {
      title: 'callstream ingest',
      version: '1',
      description: 'Keeps every event that a telephony provider posts.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths: {
      '/webhook': { post: { ...post, security: open } },
      ...(knowsPaths && {
        '/webhook/{secret}': {
          post: { ...post, operationId: 'postEventToSecretPath', parameters: [secret], security: [] },
        },
      }),
    },
    components: {
      schemas: {
        WebhookEvent: schemaOf(WebhookEvent),
        WebhookAccepted: schemaOf(WebhookAccepted),
        Problem: schemaOf(Problem),
      },
      securitySchemes: Object.fromEntries(kinds.map((kind) => [kind, schemes[kind]])),
    },
  };
}

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const schemaOf = (schema: z.ZodType): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema);
  return rest;
};

const accepted = {
  description: 'Stored: in Kafka, acknowledged by all in-sync replicas, or on disk and synced.',
  content: { 'application/json': { schema: reference('WebhookAccepted') } },
};

/** One response for each status; where two refusals have the same one, their titles stand side by side. */
function refusals(): object {
  const byStatus = Map.groupBy(Object.values(answers), ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, all]) => [
      status,
      {
        description: all.map(({ title, detail }) => `${title}: ${detail}`).join(' '),
        content: { 'application/problem+json': { schema: reference('Problem') } },
      },
    ]),
  );
}

const schemes: Readonly<Record<SenderAuthentication['kinds'][number], object>> = {
  basic: { type: 'http', scheme: 'basic' },
  bearer: { type: 'http', scheme: 'bearer' },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description: 'HMAC-SHA-256 as in Standard Webhooks, with webhook-id and webhook-timestamp.',
  },
};
