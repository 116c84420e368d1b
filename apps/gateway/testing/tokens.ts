import { SignJWT } from 'jose';

export const secret = 'a secret of tests, which is long enough';

/** A valid token of all queues and full numbers, except for the given claims. */
export async function tokenWith(
  claims: Readonly<Record<string, unknown>> = {},
  { key = secret, expiresInSeconds = 60 }: { readonly key?: string; readonly expiresInSeconds?: number } = {},
): Promise<string> {
  return new SignJWT({ queues: '*', numbers: 'full', aud: 'callstream', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.floor(Date.now() / 1_000) + expiresInSeconds)
    .sign(new TextEncoder().encode(key));
}
