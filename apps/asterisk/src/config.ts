import { defaultDialplan, parseQueueContext, patternProblem, sourceNamePattern } from '@callstream/domain';
import type { Dialplan } from '@callstream/domain';
import { adminHostEnv, certificatesEnv, examples, listEnv, logEnv, portEnv, secretEnv } from '@callstream/runtime';
import { z } from 'zod';

const required = (description: string) =>
  z
    .string()
    .min(1, 'must not be empty')
    .meta(examples(['callstream'], ['']))
    .describe(description);
/** Numbers that are dialled, as patterns of Asterisk. */
const patterns = (values: readonly string[], description: string) =>
  listEnv
    .default([...values])
    .superRefine((texts, context) => {
      for (const problem of texts.map(patternProblem))
        if (problem !== null) context.addIssue({ code: 'custom', message: `must be patterns of Asterisk: ${problem}` });
    })
    .meta(examples(['_2XX,*9', '_2[0-4]X'], ['_', '_2[0-4X', '_[9-1]X']))
    .describe(description);

/** Which PBX it is, and where its events are posted to. */
const targetEnv = {
  ASTERISK_NAME: z
    .string()
    .regex(sourceNamePattern, 'must be 1 to 32 of a-z, 0-9 and -, not beginning with -')
    .optional()
    .meta(examples(['lisbon', '2'], ['Lisbon', '-a', 'a b', 'x'.repeat(33)]))
    .describe('Name of this PBX, if there are several: ids of its calls, agents and queues begin with it, for ever'),
  ASTERISK_INGEST_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:3000')
    .meta(examples(['https://ingest.example'], ['ingest.example', 'ftp://ingest.example']))
    .describe('Where ingest is; /from/asterisk is added'),
  ASTERISK_INGEST_PATH_SECRET: secretEnv(z.string().min(1, 'must not be empty'), 'INGEST_PATH_SECRET of ingest'),
  ASTERISK_INGEST_BEARER_TOKEN: secretEnv(z.string().min(1, 'must not be empty'), 'INGEST_BEARER_TOKEN of ingest'),
};

/** What the commands for a queue_log need as well. */
const folderEnv = {
  ASTERISK_ADMIN_PORT: portEnv(9_104).describe('Port of the connector for /livez, /readyz and /metrics'),
  DATA_DIR: z
    .string()
    .default('.data')
    .meta(examples(['/var/lib/callstream', 'São João, 100 % #1'], []))
    .describe('Folder of the buffer; two connectors with one folder need an ASTERISK_NAME each'),
};

/** Settings of the commands for a queue_log: they need no manager interface. */
export const QueueLogEnv = z.object({ ...targetEnv, ...folderEnv, ...adminHostEnv, ...logEnv });
export type QueueLogConfig = z.infer<typeof QueueLogEnv>;

/** Settings of the connector for an Asterisk. */
export const AsteriskEnv = z
  .object({
    ASTERISK_HOST: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .meta(examples(['pbx.example.com'], ['']))
      .describe('Host of the manager interface (AMI) of the PBX'),
    ASTERISK_PORT: portEnv(5_038).describe('Port of the manager interface; with TLS it is usually 5039'),
    ASTERISK_TLS: z
      .enum(['off', 'on'])
      .default('off')
      .meta(examples(['on', 'off'], ['yes', 'true']))
      .describe('on: the manager interface is reached by TLS'),
    ASTERISK_TLS_CA: certificatesEnv(
      'Certificates (PEM) of the authority that signed the certificate of the PBX; without it, the public authorities that Node.js trusts',
    ),
    ASTERISK_USER: required('User of the manager interface, from manager.conf'),
    ASTERISK_SECRET: secretEnv(z.string().min(1, 'must not be empty'), 'Secret of ASTERISK_USER'),
    ...targetEnv,
    ASTERISK_INCOMING_CONTEXTS: listEnv
      .default([...defaultDialplan.incomingContexts])
      .meta(examples(['from-trunk', 'from-*,lines'], []))
      .describe('Contexts into which lines from outside call; * stands for any text. Defaults: those of FreePBX'),
    ASTERISK_EXTENSIONS: patterns(
      defaultDialplan.extensions,
      'Extensions of the PBX, as patterns of Asterisk; other numbers that agents dial are outside',
    ),
    ASTERISK_FEATURE_CODES: patterns(
      defaultDialplan.featureCodes,
      'What agents dial to change something, as patterns of Asterisk: no calls',
    ),
    ASTERISK_QUEUE_CONTEXTS: listEnv
      .default(
        Object.entries(defaultDialplan.queueContexts).map(([context, queue]) => [context, queue ?? ''].join('=')),
      )
      .superRefine((texts, context) => {
        for (const text of texts)
          if (parseQueueContext(text) === null)
            context.addIssue({ code: 'custom', message: `must be context=queue or context=; "${text}" is not` });
      })
      .meta(examples(['ext-queues=', 'sales-in=sales'], ['sales-in', '=sales']))
      .describe('Contexts that send callers into a queue, as context=queue; context= if the extension is the queue'),
    ...folderEnv,
    ASTERISK_BUFFER_MAX_BYTES: z.coerce
      .number()
      .int()
      .min(1_000_000)
      .default(1_000_000_000)
      .meta(examples(['1000000'], ['999999', '-1', '1GB', '1.5']))
      .describe(
        'Limit of the buffer, which keeps events on disk until ingest has stored them, in bytes; about 1,500 per event',
      ),
    ...adminHostEnv,
    ...logEnv,
  })
  .superRefine(({ ASTERISK_SECRET }, context) => {
    if (ASTERISK_SECRET === undefined)
      context.addIssue({ code: 'custom', path: ['ASTERISK_SECRET'], message: 'must be set, or ASTERISK_SECRET_FILE' });
  });

export type AsteriskConfig = z.infer<typeof AsteriskEnv>;

export const dialplanOf = (config: AsteriskConfig): Dialplan => ({
  incomingContexts: config.ASTERISK_INCOMING_CONTEXTS,
  featureCodes: config.ASTERISK_FEATURE_CODES,
  extensions: config.ASTERISK_EXTENSIONS,
  queueContexts: Object.fromEntries(
    config.ASTERISK_QUEUE_CONTEXTS.map(parseQueueContext).filter((context) => context !== null),
  ),
});

/** Where the PBX is, and as whom the connector logs in. */
export const addressOf = (config: AsteriskConfig) => ({
  host: config.ASTERISK_HOST,
  port: config.ASTERISK_PORT,
  tls: config.ASTERISK_TLS === 'on',
  ca: config.ASTERISK_TLS_CA,
  user: config.ASTERISK_USER,
  secret: config.ASTERISK_SECRET ?? '',
});

/** How ingest is reached. */
export const ingestOf = (config: QueueLogConfig) => ({
  ingestUrl: config.ASTERISK_INGEST_URL,
  name: config.ASTERISK_NAME,
  pathSecret: config.ASTERISK_INGEST_PATH_SECRET,
  bearerToken: config.ASTERISK_INGEST_BEARER_TOKEN,
});
