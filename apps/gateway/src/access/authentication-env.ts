import { isLoopback, secretEnv } from '@callstream/runtime';
import { z } from 'zod';

/** Shortest secret of HS256, in bytes: as long as its hash, by RFC 7518, 3.2. */
const secretBytesMin = 32;

/** Who may see what. */
export const authenticationEnv = {
  GATEWAY_AUTH: z
    .enum(['none', 'secret', 'jwks'])
    .optional()
    .describe(
      'Who may see calls. none: everybody who reaches the port, as it is meant when it is only reached from this machine; secret: who has a token that is signed with GATEWAY_JWT_SECRET; jwks: with a key of GATEWAY_JWKS_URL',
    ),
  GATEWAY_JWT_SECRET: secretEnv(
    z.string().min(secretBytesMin, `must have at least ${secretBytesMin} characters`),
    'Secret with which tokens are signed (HS256); npm run token makes one to try',
  ),
  GATEWAY_JWKS_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where the public keys are with which tokens are signed'),
  GATEWAY_JWT_AUDIENCE: z.string().min(1).default('callstream').describe('What "aud" of a token must be'),
  GATEWAY_JWT_ISSUER: z
    .string()
    .min(1)
    .optional()
    .describe('What "iss" of a token must be; must be set with jwks, whose keys may sign for others as well'),
};

export type AuthenticationEnv = z.infer<z.ZodObject<typeof authenticationEnv>>;

/** What must hold between the settings. */
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
    issue('GATEWAY_AUTH', 'none, although GATEWAY_JWT_SECRET or GATEWAY_JWKS_URL is set');
  if (kind !== undefined) return;
  if (isSet.secret || isSet.jwks)
    issue('GATEWAY_AUTH', 'must be secret or jwks, or GATEWAY_JWT_SECRET and GATEWAY_JWKS_URL not be set');
  else if (!hosts.every(isLoopback))
    issue(
      'GATEWAY_AUTH',
      'everybody could see every call on an address of GATEWAY_HOST: set secret or jwks, or none if it is meant so',
    );
}
