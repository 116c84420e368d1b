import { z } from 'zod';
import { isLoopback } from '../network/address.ts';
import { examples, secretEnv } from './env.ts';

/** A secret on the way to a plain HTTP server can be read by others, unless it stays on this machine. */
const isConfidential = ({ protocol, hostname }: URL): boolean => protocol === 'https:' || isLoopback(hostname);

/** `logicalCluster=lkc-1,identityPoolId=pool-1`; names and values as RFC 7628 allows them. */
const extensionsPattern = /^[A-Za-z]+=[^,=\s]+(,[A-Za-z]+=[^,=\s]+)*$/;

/** Settings of KAFKA_SASL_MECHANISM=OAUTHBEARER: where the client credentials grant (RFC 6749, 4.4) gets a token. */
export const kafkaOauthEnv = {
  KAFKA_OAUTH_TOKEN_URL: z
    .url({ protocol: /^https?$/, abort: true })
    .refine((text) => isConfidential(new URL(text)), {
      message:
        'must begin with https://, unless its host is a loopback address: over plain HTTP others can read the secret',
    })
    .optional()
    .meta({
      url: true,
      ...examples(
        ['https://id.example/oauth2/token', 'http://127.0.0.1:8080/token'],
        ['id.example/token', 'http://id.example/token', 'file:///token'],
      ),
    })
    .describe('Token endpoint (https; http only on loopback) for KAFKA_SASL_MECHANISM=OAUTHBEARER'),
  KAFKA_OAUTH_CLIENT_ID: z
    .string()
    .min(1)
    .optional()
    .meta(examples(['callstream'], ['']))
    .describe('Client id at KAFKA_OAUTH_TOKEN_URL'),
  KAFKA_OAUTH_CLIENT_SECRET: secretEnv(z.string().min(1, 'must not be empty'), 'Secret of KAFKA_OAUTH_CLIENT_ID'),
  KAFKA_OAUTH_SCOPE: z
    .string()
    .min(1)
    .optional()
    .meta(examples(['kafka', 'api://4f1/.default'], ['']))
    .describe('Scope of the token, if the token endpoint wants one'),
  KAFKA_OAUTH_EXTENSIONS: z
    .string()
    .regex(extensionsPattern, 'must be name=value, separated by commas')
    .optional()
    .meta(examples(['logicalCluster=lkc-1,identityPoolId=pool-1'], ['logicalCluster', 'a=b c', 'a=1,']))
    .describe('SASL extensions that the brokers want, name=value, separated by commas'),
};

type KafkaOauthEnv = z.infer<z.ZodObject<typeof kafkaOauthEnv>>;

export const oauthNames = Object.keys(kafkaOauthEnv) as readonly (keyof KafkaOauthEnv)[];
export const requiredOauthNames = [
  'KAFKA_OAUTH_TOKEN_URL',
  'KAFKA_OAUTH_CLIENT_ID',
  'KAFKA_OAUTH_CLIENT_SECRET',
] as const satisfies readonly (keyof KafkaOauthEnv)[];

/** A client of a token endpoint. */
export interface OauthClient {
  readonly mechanism: 'oauthbearer';
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string | undefined;
  /** SASL extensions by name. */
  readonly extensions: Readonly<Record<string, string>>;
}

export const oauthClient = (env: KafkaOauthEnv): OauthClient => ({
  mechanism: 'oauthbearer',
  tokenUrl: env.KAFKA_OAUTH_TOKEN_URL ?? '',
  clientId: env.KAFKA_OAUTH_CLIENT_ID ?? '',
  clientSecret: env.KAFKA_OAUTH_CLIENT_SECRET ?? '',
  scope: env.KAFKA_OAUTH_SCOPE,
  extensions: Object.fromEntries(
    (env.KAFKA_OAUTH_EXTENSIONS?.split(',') ?? []).map((pair) => pair.split('=', 2) as [string, string]),
  ),
});
