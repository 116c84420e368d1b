import {
  AsteriskAccepted,
  AsteriskEvent,
  hintsHeader,
  Problem,
  QueueLogLine,
  queueLogLinesMax,
  refusalResponses,
  WebhookAccepted,
  WebhookEvent,
} from '@callstream/contracts';
import { z } from 'zod';
import type { SenderAuthentication } from '../admission/credentials.ts';
import { answers } from '../problem.ts';
import type { SourceEdge } from '../sources/edge.ts';

/** OpenAPI 3.1 description of all paths that events are posted to, from their schemas and the table of refusals. */
export function openApi(edges: readonly DescribedEdge[]): object {
  const schemes = new Set(edges.flatMap(({ authentication }) => authentication.schemes));
  return {
    openapi: '3.1.0',
    info: {
      title: 'callstream ingest',
      version: '1',
      description: 'Stores every event that a telephony provider posts.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(edges.flatMap(pathsOf)),
    components: {
      schemas: {
        WebhookEvent: schemaOf(WebhookEvent),
        WebhookAccepted: schemaOf(WebhookAccepted),
        AsteriskEvent: schemaOf(AsteriskEvent),
        QueueLogLine: schemaOf(QueueLogLine),
        AsteriskAccepted: schemaOf(AsteriskAccepted),
        Problem: schemaOf(Problem),
      },
      securitySchemes: Object.fromEntries([...schemes].map((scheme) => [scheme, securitySchemes[scheme]])),
    },
  };
}

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const schemaOf = (schema: z.ZodType): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema);
  return rest;
};

const operations = {
  teravoz: { id: 'Event', summary: 'Accepts one event.', body: 'WebhookEvent', accepted: 'WebhookAccepted' },
  asterisk: {
    id: 'AsteriskEvent',
    summary: 'Accepts one event of the manager interface (AMI) of an Asterisk.',
    body: 'AsteriskEvent',
    accepted: 'AsteriskAccepted',
  },
};

type DescribedEdge = Pick<SourceEdge, 'path' | 'hasNames' | 'source'> & {
  readonly authentication: Pick<SenderAuthentication, 'hasPathSecret' | 'schemes'>;
};

/** What the connector knows of the dial plan. */
const hintsParameter = { name: hintsHeader, in: 'header', schema: { type: 'string' } };
const descriptions: Readonly<Record<string, string>> = {
  name: 'Name of one of several PBXs: 1 to 32 of a-z, 0-9 and -. Or the secret in the path, of a PBX without a name.',
};
const pathParameter = (name: string) => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string' },
  description: descriptions[name] ?? '',
});

/** The paths of one source, with their operations. */
function pathsOf({ path, hasNames, source, authentication }: DescribedEdge): [string, object][] {
  const { id, summary, body, accepted } = operations[source === null ? 'teravoz' : 'asterisk'];
  const security = authentication.schemes.map((scheme) => ({ [scheme]: [] }));
  const described = (suffix: string, ...inPath: readonly string[]): [string, object] => {
    const operation = {
      operationId: `post${id}${suffix}`,
      summary: `${summary} 200: it is stored durably.`,
      parameters: [...inPath.map(pathParameter), ...(source === 'asterisk' ? [hintsParameter] : [])],
      requestBody: { required: true, content: contentOf(source, body) },
      responses: { 200: acceptedAs(accepted), ...refusalResponses(answers) },
      security: inPath.includes('secret') ? [] : security,
    };
    return [[path, ...inPath.map((name) => `{${name}}`)].join('/'), { post: operation }];
  };
  const hasSecret = authentication.hasPathSecret;
  return hasNames
    ? [described(''), described('ToName', 'name'), ...(hasSecret ? [described('ToSecretPath', 'name', 'secret')] : [])]
    : [described(''), ...(hasSecret ? [described('ToSecretPath', 'secret')] : [])];
}

const json = 'application/json';
/** Lines of a queue_log come alone or in batches. */
const contentOf = (source: string | null, body: string): object =>
  source === null
    ? { [json]: { schema: reference(body) } }
    : {
        [json]: { schema: { anyOf: [reference(body), reference('QueueLogLine')] } },
        'application/x-ndjson': {
          schema: { ...reference('QueueLogLine'), description: `One on each line, at most ${queueLogLinesMax} lines.` },
        },
      };

const acceptedAs = (schema: string) => ({
  description: 'Stored: in Kafka, acknowledged by all in-sync replicas, or on disk and synced.',
  content: { 'application/json': { schema: reference(schema) } },
});

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
