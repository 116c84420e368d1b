import kafkajs from 'kafkajs';
import pMemoize from 'p-memoize';
import { z } from 'zod';
import type { OauthClient } from '../config/kafka-oauth-env.ts';

const requestMsMax = 10_000;
/** A new token is asked for when the last one expires so soon, in ms; for tokens of less than twice that, at half of their life. */
const refreshBeforeMs = 60_000;
/**
 * Shortest life of a token, in seconds. Connections authenticate again {@link reauthenticateBeforeMs} before their token expires,
 * and brokers refuse that within a second of the last time.
 */
const lifeSecondsMin = 12;
/** How long before a token expires its connections authenticate again, in ms. */
export const reauthenticateBeforeMs = 4_000;
/** Life of a token whose endpoint does not state it, in seconds. */
const lifeSecondsDefault = 300;

const TokenAnswer = z.looseObject({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.coerce.number().positive().default(lifeSecondsDefault),
});
const ErrorAnswer = z.looseObject({ error: z.string(), error_description: z.string().optional() });

interface StoredToken {
  readonly value: string;
  readonly refreshAt: number;
  readonly expiresAt: number;
}

/**
 * A function that returns a token that is valid for a while. Connections share it, and a request for a new one. While the token
 * endpoint fails, a token that is still valid is returned.
 * The function throws an error of kafkajs that names cause and remedy; it may be retried if the endpoint does not answer or is busy.
 */
export function createTokenProvider(client: OauthClient, now: () => number = Date.now): () => Promise<string> {
  let stored: StoredToken | undefined;
  const ask = pMemoize(() => requestToken(client, now), { cache: false });
  const current = async (): Promise<StoredToken> => {
    if (stored && now() < stored.refreshAt) return stored;
    try {
      return (stored = await ask());
    } catch (error) {
      if (stored && now() < stored.expiresAt) return stored;
      throw error;
    }
  };
  return async () => (await current()).value;
}

/** The client credentials grant, with the credentials in the header. @see RFC 6749, 2.3.1 and 4.4 */
async function requestToken(client: OauthClient, now: () => number): Promise<StoredToken> {
  const { tokenUrl, clientId, clientSecret, scope } = client;
  const credentials = [clientId, clientSecret].map(formEncoded).join(':');
  const askedAt = now();
  const { ok, status, text } = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}`, accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
    redirect: 'error',
    signal: AbortSignal.timeout(requestMsMax),
  })
    // Before `catch`: a body that is cut off may be asked for again, too.
    .then(async (response) => ({ ok: response.ok, status: response.status, text: await response.text() }))
    .catch((error: unknown) => {
      throw new kafkajs.KafkaJSConnectionError(
        `KAFKA_OAUTH_TOKEN_URL does not answer: ${causeOf(error)}. Check the address, and that this machine may reach it.`,
      );
    });
  if (!ok) throw refusalOf(status, text);
  const answer = TokenAnswer.safeParse(parsed(text));
  if (!answer.success)
    throw new kafkajs.KafkaJSNonRetriableError(
      'KAFKA_OAUTH_TOKEN_URL answers without a bearer token: check that it is the token endpoint (token_endpoint in /.well-known/openid-configuration).',
    );
  const { access_token: value, expires_in: seconds } = answer.data;
  if (seconds < lifeSecondsMin)
    throw new kafkajs.KafkaJSNonRetriableError(
      `KAFKA_OAUTH_TOKEN_URL gives tokens that expire after ${seconds} s: let them live for at least ${lifeSecondsMin} s.`,
    );
  const lifeMs = seconds * 1_000;
  const expiresAt = askedAt + lifeMs;
  return { value, expiresAt, refreshAt: expiresAt - Math.min(refreshBeforeMs, lifeMs / 2) };
}

const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

function refusalOf(status: number, text: string): Error {
  const { data } = ErrorAnswer.safeParse(parsed(text));
  const reason = data ? ` (${[data.error, data.error_description].filter(Boolean).join(': ')})` : '';
  const remedy =
    data?.error === 'invalid_scope'
      ? 'Check KAFKA_OAUTH_SCOPE'
      : status === 404 || status === 405
        ? 'Check the path of KAFKA_OAUTH_TOKEN_URL'
        : 'Check KAFKA_OAUTH_CLIENT_ID, KAFKA_OAUTH_CLIENT_SECRET and KAFKA_OAUTH_SCOPE';
  const problem = `KAFKA_OAUTH_TOKEN_URL gives no token: ${status}${reason}`;
  return status >= 500 || status === 429
    ? new kafkajs.KafkaJSConnectionError(`${problem}. It is unavailable or busy.`)
    : new kafkajs.KafkaJSNonRetriableError(`${problem}. ${remedy}.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** undici's message is only "fetch failed". */
function causeOf(error: unknown): string {
  const { message, cause } = error as Error & { readonly cause?: Partial<Error> };
  return cause?.message || message;
}
