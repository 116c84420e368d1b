import { Problem, refusalResponses, WebhookAccepted, WebhookEvent } from '@callstream/contracts';
import { z } from 'zod';
import type { SenderAuthentication } from '../admission/credentials.ts';
import { answers } from '../problem.ts';
import type { SourceEdge } from '../sources/edge.ts';

export interface OpenApiOptions extends Pick<SourceEdge, 'path'> {
  readonly authentication: Pick<SenderAuthentication, 'hasPathSecret' | 'schemes'>;
}

/** OpenAPI 3.1 description of the webhook, from its schemas and the table of refusals. */
export function openApi({ path, authentication }: OpenApiOptions): object {
  const { hasPathSecret, schemes } = authentication;
  const post = {
    operationId: 'postEvent',
    summary: 'Accepts one event. 200: it is stored durably.',
    requestBody: { required: true, content: { 'application/json': { schema: reference('WebhookEvent') } } },
    responses: { 200: accepted, ...refusalResponses(answers) },
  };
  const secret = { name: 'secret', in: 'path', required: true, schema: { type: 'string' } };
  const security = schemes.map((scheme) => ({ [scheme]: [] }));
  return {
    openapi: '3.1.0',
    info: {
      title: 'callstream ingest',
      version: '1',
      description: 'Stores every event that a telephony provider posts.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths: {
      [path]: { post: { ...post, security } },
      ...(hasPathSecret && {
        [`${path}/{secret}`]: {
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
      securitySchemes: Object.fromEntries(schemes.map((scheme) => [scheme, securitySchemes[scheme]])),
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

const securitySchemes: Readonly<Record<SenderAuthentication['schemes'][number], object>> = {
  basic: { type: 'http', scheme: 'basic' },
  bearer: { type: 'http', scheme: 'bearer' },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description: 'HMAC-SHA-256 as in Standard Webhooks, with webhook-id and webhook-timestamp.',
  },
};
