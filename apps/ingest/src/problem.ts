import { answersBy, RejectedRequest } from '@callstream/contracts';
import type { Refusal } from '@callstream/contracts';

/** Why a request is refused. `problem`: a sentence without any text of the body, because it is logged. */
export type WebhookRejection =
  | { readonly kind: 'malformed' | 'too-large' | 'unsupported' | 'unavailable'; readonly problem: string }
  | { readonly kind: 'not-found' | 'method' | 'timeout' | 'forbidden' | 'head-too-large' }
  | { readonly kind: 'foreign' | 'misdirected' | 'untyped' }
  | { readonly kind: 'unauthenticated'; readonly challenge: string }
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number };

interface IngestRefusal extends Refusal {
  /** The setting that would allow such a request. */
  readonly setting?: string;
}

/** Every refusal, as an answer of HTTP. */
export const answers = {
  malformed: { status: 400, title: 'Not an event', detail: 'The body is not an event.' },
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    detail: 'The secret, token or signature is missing or wrong.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    detail: 'INGEST_ALLOW does not have this address.',
    setting: 'INGEST_ALLOW',
  },
  foreign: {
    status: 403,
    title: 'Foreign page',
    detail: 'Without a secret, web pages may send events only from an origin in INGEST_CORS_ORIGINS.',
    setting: 'INGEST_CORS_ORIGINS',
  },
  'not-found': { status: 404, title: 'Not found', detail: 'Send events to /webhook, or to /from/asterisk.' },
  method: {
    status: 405,
    title: 'Method not allowed',
    detail: 'Send events with POST.',
    headers: { allow: 'POST' },
  },
  timeout: {
    status: 408,
    title: 'Too slow',
    detail: 'The request timed out before it was complete.',
    headers: { connection: 'close' },
  },
  'too-large': { status: 413, title: 'Too large', detail: 'The body is too large.', headers: { connection: 'close' } },
  unsupported: { status: 415, title: 'Unsupported media type', detail: 'The body must be JSON in UTF-8.' },
  untyped: {
    status: 415,
    title: 'No content type',
    detail: 'Browsers must set content-type: application/json.',
  },
  misdirected: {
    status: 421,
    title: 'Not this host',
    detail:
      'Without a secret, ingest answers to IP addresses, localhost, names without a dot, and hosts in INGEST_HOSTS.',
    setting: 'INGEST_HOSTS',
  },
  limited: {
    status: 429,
    title: 'Too many requests',
    detail: 'This address has reached its rate limit: send the event again after the time in retry-after.',
  },
  'head-too-large': {
    status: 431,
    title: 'Head too large',
    detail: 'The headers of the request are too large.',
    headers: { connection: 'close' },
  },
  unavailable: {
    status: 503,
    title: 'Not stored',
    detail: 'The event is not stored: send it again.',
    headers: { 'retry-after': '5' },
  },
} as const satisfies Record<WebhookRejection['kind'], IngestRefusal>;

/** The answer to a rejected request. */
export const answerOf = answersBy<WebhookRejection>(answers, headersOf);

/** The setting that would allow the request, if there is one. */
export function settingOf({ kind }: WebhookRejection): string | undefined {
  const { setting }: IngestRefusal = answers[kind];
  return setting;
}

function headersOf(rejection: WebhookRejection): Record<string, string> {
  if (rejection.kind === 'unauthenticated') return { 'www-authenticate': rejection.challenge };
  if (rejection.kind === 'limited') return { 'retry-after': String(rejection.retryAfterSeconds) };
  return {};
}

export class WebhookRejected extends RejectedRequest<WebhookRejection> {}
