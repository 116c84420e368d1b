import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { IngestConfig } from '../config.ts';

/** Of each kind the current secret and the previous one, so that a sender can be changed without a pause. */
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
  /** What the path has after `/webhook/`. */
  readonly pathSecret: string | undefined;
}

/** Who may send. Any one of the configured kinds is enough; without any, everybody may. */
export interface SenderAuthentication {
  /** Whether everybody may send, because there is no secret. */
  readonly isOpen: boolean;
  /** Whether a path may have a secret. */
  readonly knowsPaths: boolean;
  /** What of a request besides its path may tell who it is. */
  readonly kinds: readonly ('basic' | 'bearer' | 'signature')[];
  /** `unknown` if only the body can tell. */
  readonly ofHead: (request: RequestHead) => 'yes' | 'no' | 'unknown';
  /** Whether the signature of the body is right, and of these minutes. */
  readonly ofBody: (headers: IncomingHttpHeaders, body: Buffer) => boolean;
  /** What a 401 asks for. */
  readonly challenge: string;
}

/** Most by which the clock of a sender may differ from ours, in seconds: as Standard Webhooks has it. */
const clockToleranceSeconds = 300;

export function credentialsOf(config: IngestConfig): Credentials {
  const both = (...secrets: (string | undefined)[]): string[] => secrets.filter((secret) => secret !== undefined);
  return {
    path: both(config.INGEST_PATH_SECRET, config.INGEST_PATH_SECRET_PREVIOUS),
    basic: both(config.INGEST_BASIC, config.INGEST_BASIC_PREVIOUS),
    bearer: both(config.INGEST_BEARER_TOKEN, config.INGEST_BEARER_TOKEN_PREVIOUS),
    hmac: both(config.INGEST_HMAC_SECRET, config.INGEST_HMAC_SECRET_PREVIOUS).map(hmacKey),
  };
}

export function createAuthentication({ path, basic, bearer, hmac }: Credentials): SenderAuthentication {
  const isPath = oneOf(path);
  const isBasic = oneOf(basic);
  const isBearer = oneOf(bearer);
  const kinds: SenderAuthentication['kinds'] = [
    ...(basic.length > 0 ? (['basic'] as const) : []),
    ...(bearer.length > 0 ? (['bearer'] as const) : []),
    ...(hmac.length > 0 ? (['signature'] as const) : []),
  ];
  const isOpen = path.length === 0 && kinds.length === 0;
  const ofHead: SenderAuthentication['ofHead'] = ({ headers, pathSecret }) => {
    if (isOpen) return 'yes';
    const [scheme = '', given = ''] = (headers.authorization ?? '').split(' ', 2);
    const known =
      (pathSecret !== undefined && isPath(pathSecret)) ||
      (scheme.toLowerCase() === 'bearer' && isBearer(given)) ||
      (scheme.toLowerCase() === 'basic' && isBasic(Buffer.from(given, 'base64').toString()));
    if (known) return 'yes';
    return hmac.length > 0 && headers['webhook-signature'] !== undefined ? 'unknown' : 'no';
  };
  const ofBody: SenderAuthentication['ofBody'] = (headers, body) => {
    const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
      (name) => headers[name] as string | undefined,
    );
    if (id === undefined || timestamp === undefined || signatures === undefined) return false;
    const age = Math.abs(Date.now() / 1000 - Number(timestamp));
    if (!(age <= clockToleranceSeconds)) return false;
    const expected = hmac.map((key) =>
      createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64'),
    );
    const isSignature = oneOf(expected.map((signature) => `v1,${signature}`));
    return signatures.split(' ').slice(0, signaturesMax).some(isSignature);
  };
  const challenge = kinds.map((kind) => challenges[kind]).join(', ') || challenges.path;
  return { isOpen, knowsPaths: path.length > 0, kinds, ofHead, ofBody, challenge };
}

/** HTTP wants a challenge with every 401; `Webhook` is a scheme of our own. */
const challenges = {
  basic: 'Basic realm="callstream", charset="UTF-8"',
  bearer: 'Bearer realm="callstream"',
  signature: 'Webhook realm="callstream", signature="v1"',
  path: 'Webhook realm="callstream"',
} as const;

/** Signatures of one request that are looked at: one of each key is usual. */
const signaturesMax = 8;

/** Compares hashes, and always with all of them: the time says neither how much is right nor how long a secret is. */
function oneOf(secrets: readonly string[]): (given: string) => boolean {
  const hashes = secrets.map(sha256);
  return (given) => {
    const hash = sha256(given);
    return hashes.map((secret) => timingSafeEqual(secret, hash)).includes(true);
  };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** `whsec_` and base64, as Standard Webhooks has it. */
export const hmacPattern = /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/;
const hmacKey = (secret: string): Buffer => Buffer.from(secret.slice('whsec_'.length), 'base64');
