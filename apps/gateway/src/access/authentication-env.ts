import { examples, isLoopback, secretEnv } from '@callstream/runtime';
import { z } from 'zod';

/** Shortest secret for HS256, in bytes: as long as the hash, by RFC 7518, 3.2. */
const secretBytesMin = 32;

/** Whether nobody on the way can replace what the server sends. */
const isConfidential = ({ protocol, hostname }: URL): boolean => protocol === 'https:' || isLoopback(hostname);

/** Settings of authentication: who may see calls. */
export const authenticationEnv = {
  GATEWAY_AUTH: z
    .enum(['none', 'secret', 'jwks'])
    .optional()
    .meta(examples(['none', 'secret', 'jwks'], ['nobody', 'jwt', 'NONE']))
    .describe(
      'Who may see calls. none: everybody who can connect to the port, for use on one machine; secret: clients with a token signed with GATEWAY_JWT_SECRET; jwks: clients with a token signed with a key of GATEWAY_JWKS_URL',
    ),
  GATEWAY_JWT_SECRET: secretEnv(
    z.string().min(secretBytesMin, `must have at least ${secretBytesMin} characters`),
    'Secret that tokens are signed with (HS256); npm run token makes a token to try',
    examples(['x'.repeat(secretBytesMin)], ['', 'short']),
  ),
  GATEWAY_JWKS_URL: z
    .url({ protocol: /^https?$/, abort: true })
    .refine((text) => isConfidential(new URL(text)), {
      message: 'must begin with https://, unless its host is a loopback address: over plain HTTP keys can be replaced',
    })
    .optional()
    .meta(
      examples(
        ['https://id.example/keys', 'http://127.0.0.1:8080/keys'],
        ['id.example', 'file:///keys', '/keys', 'http://id.example/keys'],
      ),
    )
    .describe('URL (https) of the public keys (JWKS) that tokens are checked with; http only on loopback'),
  GATEWAY_JWT_AUDIENCE: z
    .string()
    .min(1)
    .default('callstream')
    .meta(examples(['calls'], ['']))
    .describe('Required "aud" claim of a token'),
  GATEWAY_JWT_ISSUER: z
    .string()
    .min(1)
    .optional()
    .meta(examples(['https://id.example'], ['']))
    .describe(
      'Required "iss" claim of a token; must be set with GATEWAY_AUTH=jwks, because the same keys may sign for others',
    ),
};

export type AuthenticationEnv = z.infer<z.ZodObject<typeof authenticationEnv>>;

/** Reports settings that contradict each other, and a port that is open to a network without authentication. */
export function checkAuthentication(
  env: AuthenticationEnv & { readonly GATEWAY_HOST: readonly string[] },
  context: z.RefinementCtx,
): void {
  const issue = (name: keyof AuthenticationEnv, message: string): void =>
    context.addIssue({ code: 'custom', path: [name], message });
  const { GATEWAY_AUTH: kind, GATEWAY_HOST: hosts } = env;
  const isSet = { secret: env.GATEWAY_JWT_SECRET !== undefined, jwks: env.GATEWAY_JWKS_URL !== undefined };
  if (kind === 'secret' && !isSet.secret) issue('GATEWAY_JWT_SECRET', 'must be set with GATEWAY_AUTH=secret');
  if (kind === 'jwks' && !isSet.jwks) issue('GATEWAY_JWKS_URL', 'must be set with GATEWAY_AUTH=jwks');
  if (kind === 'jwks' && env.GATEWAY_JWT_ISSUER === undefined)
    issue('GATEWAY_JWT_ISSUER', 'must be set with GATEWAY_AUTH=jwks');
  if (kind === 'none' && (isSet.secret || isSet.jwks))
    issue(
      'GATEWAY_AUTH',
      'none, although GATEWAY_JWT_SECRET or GATEWAY_JWKS_URL is set: unset those, or set secret or jwks',
    );
  if (kind !== undefined) return;
  if (isSet.secret || isSet.jwks)
    issue('GATEWAY_AUTH', 'must be secret or jwks, because GATEWAY_JWT_SECRET or GATEWAY_JWKS_URL is set');
  else if (!hosts.every(isLoopback))
    issue(
      'GATEWAY_AUTH',
      'authentication is required, because GATEWAY_HOST is not only a loopback address: set secret or jwks, or none to show every call to everybody',
    );
}
