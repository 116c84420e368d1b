import {
  adminHostEnv,
  checkDatabase,
  checkKafka,
  databaseEnv,
  examples,
  kafkaEnv,
  logEnv,
  portEnv,
  secretEnv,
  timeZoneEnv,
} from '@callstream/runtime';
import { isSupportedCountry } from 'libphonenumber-js';
import type { CountryCode } from 'libphonenumber-js';
import { z } from 'zod';

const region = z.custom<CountryCode>(
  (text) => typeof text === 'string' && isSupportedCountry(text),
  'must be a region of ISO 3166 in capitals, e.g. BR',
);

/** Everything else of a URL would be ignored, or be shown as it is by --print-config. True for what is no URL: that is another problem. */
function hasOnlyPath(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password, search, hash } = new URL(text);
  return [username, password, search, hash].every((part) => part === '');
}

/** Settings of the delegator. */
export const DelegatorEnv = z
  .object({
    ...kafkaEnv,
    ...databaseEnv,
    ...adminHostEnv,
    ...logEnv,
    DELEGATOR_URL: z
      .url({ protocol: /^https?$/, error: 'must be the URL of an API, e.g. https://api.example' })
      .refine(
        hasOnlyPath,
        'must have no credentials, "?" and "#": set DELEGATOR_USER and DELEGATOR_PASSWORD for the credentials',
      )
      .optional()
      .meta(
        examples(
          ['https://api.example', 'http://127.0.0.1:4010/v1'],
          ['api.example', 'ftp://api.example', 'https://user:secret@api.example', 'https://api.example?key=1'],
        ),
      )
      .describe(
        'Base URL of the API of the provider, Teravoz; /actions is added. `npm start` starts the delegator only if it is set',
      ),
    DELEGATOR_USER: z
      .string()
      .min(1, 'must not be empty')
      .regex(/^[^:]*$/, 'must have no ":", which ends it in Basic authentication')
      .optional()
      .meta(examples(['callstream'], ['call:stream']))
      .describe('User of that API'),
    DELEGATOR_PASSWORD: secretEnv(z.string().min(1, 'must not be empty'), 'Password of DELEGATOR_USER'),
    DELEGATOR_DEADLINE_MS: z.coerce
      .number()
      .int()
      .min(500)
      .max(60_000)
      .default(8_000)
      .meta(examples(['500', '60000'], ['499', '60001', '8s', '1.5']))
      .describe(
        'How long after the reception of a call.standby the provider is asked at the latest, in ms; Teravoz waits 10 s',
      ),
    DELEGATOR_TIMEOUT_MS: z.coerce
      .number()
      .int()
      .min(100)
      .max(60_000)
      .default(4_000)
      .meta(examples(['100', '60000'], ['99', '60001', '4s']))
      .describe('How long the provider may take to answer, in ms; at the deadline, the wait ends in any case'),
    DELEGATOR_CONNECTIONS: z.coerce
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(64)
      .meta(examples(['1', '1000'], ['0', '1001', '1.5']))
      .describe('Most requests to the provider at the same time'),
    DELEGATION_RULES: z
      .string()
      .min(1)
      .optional()
      .meta(examples(['/etc/callstream/rules.yaml'], []))
      .describe(
        'File with the rules, in YAML; it is read again when it changes. Without it: known callers to 901, first calls to 900',
      ),
    DELEGATOR_REGION: region
      .default('BR')
      .meta(examples(['BR', 'PT'], ['Brazil', 'br', 'XX']))
      .describe('Region (ISO 3166) of phone numbers that are sent without a country code'),
    TIME_ZONE: timeZoneEnv,
    DELEGATOR_GROUP: z
      .string()
      .min(1)
      .default('callstream-delegator')
      .meta(examples(['answers'], []))
      .describe(
        'Consumer group that shares the partitions between delegators; a new name begins at the end of the log',
      ),
    DELEGATOR_ADMIN_PORT: portEnv(9_105).describe('Port of the delegator for /livez, /readyz and /metrics'),
  })
  .superRefine(checkKafka)
  .superRefine(checkDatabase);

export type DelegatorConfig = z.infer<typeof DelegatorEnv>;

/** How the provider's API is reached. @throws {Error} that names what is not set */
export function providerOf(config: DelegatorConfig) {
  const { DELEGATOR_URL: url, DELEGATOR_USER: user, DELEGATOR_PASSWORD: password } = config;
  const missing = Object.entries({ DELEGATOR_URL: url, DELEGATOR_USER: user, DELEGATOR_PASSWORD: password })
    .filter(([, value]) => value === undefined)
    .map(([name]) => name);
  if (url === undefined || user === undefined || password === undefined)
    throw new Error(`The delegator is off: set ${missing.join(', ')}. See docs/guides/delegation.md.`);
  return { url, user, password, connections: config.DELEGATOR_CONNECTIONS };
}
