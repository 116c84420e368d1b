import { problemOf } from '@callstream/contracts';
import type { Problem, Refusal } from '@callstream/contracts';

/** Why a request was refused. `problem` is a sentence that quotes nothing of the body. */
export type WebhookRejection =
  | { readonly kind: 'malformed' | 'too-large' | 'unsupported' | 'unavailable'; readonly problem: string }
  | { readonly kind: 'not-found' | 'method' | 'timeout' | 'forbidden' | 'head-too-large' }
  | { readonly kind: 'foreign' | 'misdirected' | 'untyped' }
  | { readonly kind: 'unauthenticated'; readonly challenge: string }
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number };

interface IngestRefusal extends Refusal {
  /** The setting that would let such a request in. */
  readonly setting?: string;
}

/** Every refusal: how it looks on the wire. */
export const answers = {
  malformed: { status: 400, title: 'Not an event', detail: 'The body can not be an event.' },
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    detail: 'The secret, token or signature is missing or wrong.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    detail: 'Events are not taken from this address.',
    setting: 'INGEST_ALLOW',
  },
  foreign: {
    status: 403,
    title: 'Foreign page',
    detail: 'Without a secret, web pages may send events only from an origin in INGEST_CORS_ORIGINS.',
    setting: 'INGEST_CORS_ORIGINS',
  },
  'not-found': { status: 404, title: 'Not found', detail: 'Events are posted to /webhook.' },
  method: {
    status: 405,
    title: 'Method not allowed',
    detail: 'Events are posted: use POST.',
    headers: { allow: 'POST' },
  },
  timeout: {
    status: 408,
    title: 'Too slow',
    detail: 'The request was not complete in time.',
    headers: { connection: 'close' },
  },
  'too-large': { status: 413, title: 'Too large', detail: 'The body is too large.', headers: { connection: 'close' } },
  unsupported: { status: 415, title: 'Unsupported media type', detail: 'The body must be JSON in UTF-8.' },
  untyped: {
    status: 415,
    title: 'No content type',
    detail: 'A browser must say that it sends JSON: set content-type: application/json.',
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
    detail: 'This address sends more than it may: send again later.',
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

/** How a rejection looks on the wire. */
export function answerOf(rejection: WebhookRejection): {
  status: number;
  headers: Readonly<Record<string, string>>;
  problem: Problem;
} {
  const refusal: Refusal = answers[rejection.kind];
  return {
    status: refusal.status,
    headers: { ...refusal.headers, ...headersOf(rejection) },
    problem: problemOf(rejection, refusal),
  };
}

/** The setting that would have let a request in, if there is one. */
export function settingOf({ kind }: WebhookRejection): string | undefined {
  const { setting }: IngestRefusal = answers[kind];
  return setting;
}

function headersOf(rejection: WebhookRejection): Record<string, string> {
  if (rejection.kind === 'unauthenticated') return { 'www-authenticate': rejection.challenge };
  if (rejection.kind === 'limited') return { 'retry-after': String(rejection.retryAfterSeconds) };
  return {};
}

/** Thrown through koa's middleware to its edge, where it becomes an answer. */
export class WebhookRejected extends Error {
  override readonly name = 'Rejected';
  readonly rejection: WebhookRejection;
  constructor(rejection: WebhookRejection) {
    super(rejection.kind);
    this.rejection = rejection;
  }
}
