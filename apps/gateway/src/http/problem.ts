import { answersBy, RejectedRequest } from '@callstream/contracts';
import type { Refusal } from '@callstream/contracts';
import { internalError } from '../access/request-failure.ts';

/** Why a request is rejected. `problem`: what is wrong with this request, for the client. */
export type Rejection =
  | { readonly kind: 'malformed' | 'forbidden'; readonly problem: string }
  | { readonly kind: 'unauthenticated'; readonly error: 'invalid_token' | null }
  | {
      readonly kind:
        'foreign' | 'misdirected' | 'not-found' | 'method' | 'too-many' | 'busy' | 'slow' | 'unavailable' | 'internal';
    };

/** Every problem type (RFC 9457): its status, title, and the detail if the rejection has no `problem`. */
export const problemTypes = {
  malformed: { status: 400, title: 'Malformed request', detail: 'A parameter is malformed.' },
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    detail: 'The token is missing, wrong or expired: send `Authorization: Bearer <token>`.',
  },
  forbidden: { status: 403, title: 'Not allowed', detail: 'The token does not allow this request.' },
  foreign: {
    status: 403,
    title: 'Foreign page',
    detail: 'Web pages may send requests only from a host in GATEWAY_ORIGINS.',
  },
  'not-found': { status: 404, title: 'Not found', detail: 'It does not exist, or the token does not allow to see it.' },
  method: { status: 405, title: 'Method not allowed', detail: 'Use GET.', headers: { allow: 'GET, HEAD, OPTIONS' } },
  misdirected: {
    status: 421,
    title: 'Not this host',
    detail:
      'Without authentication, the gateway answers to IP addresses, localhost, names without a dot, and hosts in GATEWAY_ORIGINS.',
  },
  'too-many': {
    status: 429,
    title: 'Too many requests',
    detail: 'Too many requests of this address or connection are waiting: wait for their answers, then retry.',
    headers: { 'retry-after': '1' },
  },
  busy: {
    status: 503,
    title: 'Busy',
    detail: 'The request waited too long behind other requests: retry in a moment.',
    headers: { 'retry-after': '1' },
  },
  slow: {
    status: 503,
    title: 'Query timed out',
    detail: 'The query timed out: ask for a shorter period or fewer queues.',
    headers: { 'retry-after': '5' },
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    detail: 'Postgres, or the keys that tokens are checked with (GATEWAY_JWKS_URL), cannot be reached: retry.',
    headers: { 'retry-after': '5' },
  },
  internal: { status: 500, title: 'Internal error', detail: internalError },
} as const satisfies Record<Rejection['kind'], Refusal>;

/** The answer to a rejected request: RFC 9457, and RFC 6750 for tokens. */
export const answerOf = answersBy<Rejection>(problemTypes, challengeOf);

function challengeOf(rejection: Rejection): Record<string, string> {
  if (rejection.kind !== 'unauthenticated') return {};
  return { 'www-authenticate': rejection.error === null ? 'Bearer' : `Bearer error="${rejection.error}"` };
}

export class Rejected extends RejectedRequest<Rejection> {}
