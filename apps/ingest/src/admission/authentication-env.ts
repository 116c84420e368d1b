import { isLoopback, secretEnv } from '@callstream/runtime';
import { z } from 'zod';
import { hmacPattern } from './credentials.ts';

/** Shortest secret, in characters: what is shorter can be tried out. */
const secretCharsMin = 16;
const secret = (allowed: RegExp, characters: string) =>
  z
    .string()
    .min(secretCharsMin, `must have at least ${secretCharsMin} characters`)
    .regex(allowed, `may have ${characters}`);

const path = secret(/^[\w.~-]*$/, 'letters, digits and . _ ~ -');
const basic = z.string().regex(/^[^:]+:.{8,}$/s, 'must be user:password, with a password of at least 8 characters');
const bearer = secret(/^[\w.~+/=-]*$/, 'letters, digits and . _ ~ + / = -');
const hmac = z.string().regex(hmacPattern, 'must be whsec_ and then at least 24 bytes in base64');

/** Who may send. Each kind has a previous secret, so that the sender can be changed without a pause. */
export const authenticationEnv = {
  NODE_ENV: z
    .string()
    .optional()
    .describe('production: refuse to start without a secret on loopback too, unless INGEST_AUTH=none'),
  INGEST_AUTH: z
    .literal('none')
    .optional()
    .describe(
      'none: everybody who reaches the port may send; must be said where INGEST_HOST is not loopback only and there is no secret',
    ),
  INGEST_PATH_SECRET: secretEnv(path, 'Who posts to /webhook/<this secret> may send. Any one of the secrets is enough'),
  INGEST_PATH_SECRET_PREVIOUS: secretEnv(path, 'The one before, which is still accepted'),
  INGEST_BASIC: secretEnv(basic, 'user:password of HTTP Basic'),
  INGEST_BASIC_PREVIOUS: secretEnv(basic, 'The one before, which is still accepted'),
  INGEST_BEARER_TOKEN: secretEnv(bearer, 'Token of `Authorization: Bearer`'),
  INGEST_BEARER_TOKEN_PREVIOUS: secretEnv(bearer, 'The one before, which is still accepted'),
  INGEST_HMAC_SECRET: secretEnv(hmac, 'Key (whsec_…) of signatures over the body, as Standard Webhooks has them'),
  INGEST_HMAC_SECRET_PREVIOUS: secretEnv(hmac, 'The one before, which is still accepted'),
};

type SenderAuthenticationEnv = z.infer<z.ZodObject<typeof authenticationEnv>>;
const kinds = ['INGEST_PATH_SECRET', 'INGEST_BASIC', 'INGEST_BEARER_TOKEN', 'INGEST_HMAC_SECRET'] as const;

/** What must hold between the settings. */
export function checkAuthentication(
  env: SenderAuthenticationEnv & { readonly INGEST_HOST: readonly string[] },
  context: z.RefinementCtx,
): void {
  const issue = (name: keyof SenderAuthenticationEnv, message: string): void =>
    context.addIssue({ code: 'custom', path: [name], message });
  const set = kinds.filter((kind) => env[kind] !== undefined);
  const all = kinds.join(', ');
  if (set.length > 0 && env.INGEST_AUTH === 'none') issue('INGEST_AUTH', `none, although ${set.join(', ')} is set`);
  if (set.length === 0 && env.INGEST_AUTH !== 'none') {
    const remedy = `set one of ${all}, or INGEST_AUTH=none`;
    const others = env.INGEST_HOST.filter((host) => !isLoopback(host));
    if (others.length > 0)
      issue('INGEST_AUTH', `INGEST_HOST=${others.join()} is not loopback and requires authentication: ${remedy}`);
    else if (env.NODE_ENV === 'production') issue('INGEST_AUTH', `in production somebody must be kept out: ${remedy}`);
  }
  for (const kind of kinds)
    if (env[`${kind}_PREVIOUS`] !== undefined && env[kind] === undefined)
      issue(kind, `must be set when ${kind}_PREVIOUS is`);
}
