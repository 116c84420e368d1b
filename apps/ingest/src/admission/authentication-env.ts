import { examples, isLoopback, secretEnv } from '@callstream/runtime';
import { z } from 'zod';

/** Minimum length of a secret, in characters: shorter ones can be guessed. */
const secretCharsMin = 16;
const secret = (allowed: RegExp, characters: string) =>
  z
    .string()
    .min(secretCharsMin, `must have at least ${secretCharsMin} characters`)
    .regex(allowed, `may have ${characters}`);

const path = secret(/^[\w.~-]*$/, 'letters, digits and . _ ~ -');
const basic = z.string().regex(/^[^:]+:.{8,}$/s, 'must be user:password, with a password of at least 8 characters');
const bearer = secret(/^[\w.~+/=-]*$/, 'letters, digits and . _ ~ + / = -');
const hmac = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and then at least 24 bytes in base64');

const tokens = examples(['long-enough_secret.1~'], ['', 'short', 'has a space in the middle', 'não-é-permitido-aqui']);
const passwords = examples(['ana:long enough', 'ana:with:colons'], ['', 'ana', 'ana:short', ':no user at all']);
const keys = examples([`whsec_${'A'.repeat(32)}`], ['', 'A'.repeat(32), 'whsec_short', `whsec_${'é'.repeat(32)}`]);

const previous = 'The previous value, which is still accepted';

/** Authentication of senders. Each kind has a previous secret, so that secrets can be rotated without an interruption. */
export const authenticationEnv = {
  NODE_ENV: z
    .string()
    .optional()
    .meta(examples(['production', 'anything'], []))
    .describe('production: requires authentication on loopback too, unless INGEST_AUTH=none'),
  INGEST_AUTH: z
    .literal('none')
    .optional()
    .meta(examples(['none'], ['false', 'NONE', 'basic']))
    .describe(
      'none: no authentication, everybody who reaches the port may send; required if there is no secret and INGEST_HOST is not only loopback',
    ),
  INGEST_PATH_SECRET: secretEnv(
    path,
    'Secret in the path: events are posted to /webhook/<secret>. If several kinds of secret are set, one is enough',
    tokens,
  ),
  INGEST_PATH_SECRET_PREVIOUS: secretEnv(path, previous, tokens),
  INGEST_BASIC: secretEnv(basic, 'user:password of HTTP Basic authentication', passwords),
  INGEST_BASIC_PREVIOUS: secretEnv(basic, previous, passwords),
  INGEST_BEARER_TOKEN: secretEnv(bearer, 'Token of `Authorization: Bearer`', tokens),
  INGEST_BEARER_TOKEN_PREVIOUS: secretEnv(bearer, previous, tokens),
  INGEST_HMAC_SECRET: secretEnv(hmac, 'Key (whsec_…) of HMAC signatures over the body, by Standard Webhooks', keys),
  INGEST_HMAC_SECRET_PREVIOUS: secretEnv(hmac, previous, keys),
};

export type SenderAuthenticationEnv = z.infer<z.ZodObject<typeof authenticationEnv>>;
const kinds = ['INGEST_PATH_SECRET', 'INGEST_BASIC', 'INGEST_BEARER_TOKEN', 'INGEST_HMAC_SECRET'] as const;

/** Rules that concern several settings. */
export function checkAuthentication(
  env: SenderAuthenticationEnv & { readonly INGEST_HOST: readonly string[] },
  context: z.RefinementCtx,
): void {
  const issue = (name: keyof SenderAuthenticationEnv, message: string): void =>
    context.addIssue({ code: 'custom', path: [name], message });
  const set = kinds.filter((kind) => env[kind] !== undefined);
  if (set.length > 0 && env.INGEST_AUTH === 'none') issue('INGEST_AUTH', `none, although ${set.join(', ')} is set`);
  if (set.length === 0 && env.INGEST_AUTH !== 'none') {
    const remedy = `set one of ${kinds.join(', ')}, or INGEST_AUTH=none`;
    const reachable = env.INGEST_HOST.filter((host) => !isLoopback(host));
    if (reachable.length > 0)
      issue('INGEST_AUTH', `INGEST_HOST=${reachable.join()} is not loopback and requires authentication: ${remedy}`);
    else if (env.NODE_ENV === 'production')
      issue('INGEST_AUTH', `NODE_ENV=production requires authentication: ${remedy}`);
  }
  for (const kind of kinds)
    if (env[`${kind}_PREVIOUS`] !== undefined && env[kind] === undefined)
      issue(kind, `must be set when ${kind}_PREVIOUS is`);
}
