import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SenderAuthenticationEnv } from './authentication-env.ts';

/** The current and the previous secret of each kind. */
export interface Credentials {
  /** `/webhook/<secret>`. */
  readonly path: readonly string[];
  /** `user:password`. */
  readonly basic: readonly string[];
  readonly bearer: readonly string[];
  /** Keys of HMAC-SHA-256. */
  readonly hmac: readonly Buffer[];
}

interface RequestHead {
  readonly headers: IncomingHttpHeaders;
  /** The secret in the path, e.g. what follows `/webhook/`. */
  readonly pathSecret: string | undefined;
}

/** Authentication of senders: a request needs a secret of one of the configured kinds. */
export interface SenderAuthentication {
  /** There is no secret, and everybody may send. */
  readonly isOpen: boolean;
  readonly hasPathSecret: boolean;
  /** Whether a text is one of the path secrets. */
  readonly isPathSecret: (text: string) => boolean;
  /** The configured kinds besides the path secret. */
  readonly schemes: readonly ('basic' | 'bearer' | 'signature')[];
  /** `needs-body`: there is a signature, which covers the body. */
  readonly checkHead: (request: RequestHead) => 'valid' | 'invalid' | 'needs-body';
  /** Whether the signature of the body is valid, and not older than the tolerance. */
  readonly checkSignature: (headers: IncomingHttpHeaders, body: Buffer) => boolean;
  /** `www-authenticate` of a 401. */
  readonly challenge: string;
}

/** Tolerance for the clock of a sender, in seconds; the value of Standard Webhooks. */
const clockToleranceSeconds = 300;

export function credentialsOf(env: SenderAuthenticationEnv): Credentials {
  const both = (...secrets: (string | undefined)[]): string[] => secrets.filter((secret) => secret !== undefined);
  return {
    path: both(env.INGEST_PATH_SECRET, env.INGEST_PATH_SECRET_PREVIOUS),
    basic: both(env.INGEST_BASIC, env.INGEST_BASIC_PREVIOUS),
    bearer: both(env.INGEST_BEARER_TOKEN, env.INGEST_BEARER_TOKEN_PREVIOUS),
    hmac: both(env.INGEST_HMAC_SECRET, env.INGEST_HMAC_SECRET_PREVIOUS).map(hmacKey),
  };
}

/** The key in `whsec_<base64>`, the format of Standard Webhooks. */
const hmacKey = (secret: string): Buffer => Buffer.from(secret.slice('whsec_'.length), 'base64');

export function createAuthentication({ path, basic, bearer, hmac }: Credentials): SenderAuthentication {
  const isPathSecret = oneOf(path);
  const isBasic = oneOf(basic);
  const isBearer = oneOf(bearer);
  const schemes: SenderAuthentication['schemes'] = [
    ...(basic.length > 0 ? (['basic'] as const) : []),
    ...(bearer.length > 0 ? (['bearer'] as const) : []),
    ...(hmac.length > 0 ? (['signature'] as const) : []),
  ];
  const isOpen = path.length === 0 && schemes.length === 0;
  const checkHead: SenderAuthentication['checkHead'] = ({ headers, pathSecret }) => {
    if (isOpen) return 'valid';
    const [scheme = '', value = ''] = (headers.authorization ?? '').split(' ', 2);
    const isValid =
      (pathSecret !== undefined && isPathSecret(pathSecret)) ||
      (scheme.toLowerCase() === 'bearer' && isBearer(value)) ||
      (scheme.toLowerCase() === 'basic' && isBasic(Buffer.from(value, 'base64').toString()));
    if (isValid) return 'valid';
    return hmac.length > 0 && headers['webhook-signature'] !== undefined ? 'needs-body' : 'invalid';
  };
  const checkSignature: SenderAuthentication['checkSignature'] = (headers, body) => {
    const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
      (name) => headers[name] as string | undefined,
    );
    if (id === undefined || timestamp === undefined || signatures === undefined) return false;
    const ageSeconds = Math.abs(Date.now() / 1000 - Number(timestamp));
    if (!(ageSeconds <= clockToleranceSeconds)) return false;
    const expected = hmac.map((key) =>
      createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64'),
    );
    const isExpected = oneOf(expected.map((signature) => `v1,${signature}`));
    return signatures.split(' ').slice(0, signaturesMax).some(isExpected);
  };
  const challenge = schemes.map((scheme) => challenges[scheme]).join(', ') || challenges.path;
  return { isOpen, hasPathSecret: path.length > 0, isPathSecret, schemes, checkHead, checkSignature, challenge };
}

/** HTTP requires a challenge in every 401. `Webhook` is a scheme of callstream. */
const challenges = {
  basic: 'Basic realm="callstream", charset="UTF-8"',
  bearer: 'Bearer realm="callstream"',
  signature: 'Webhook realm="callstream", signature="v1"',
  path: 'Webhook realm="callstream"',
} as const;

/** Signatures of one request that are checked; senders usually send one per key. */
const signaturesMax = 8;

/** Compares hashes, and always all of them, so that the duration reveals neither a matching prefix nor the length of a secret. */
function oneOf(secrets: readonly string[]): (value: string) => boolean {
  const hashes = secrets.map(sha256);
  return (value) => {
    const hash = sha256(value);
    return hashes.map((secret) => timingSafeEqual(secret, hash)).includes(true);
  };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
