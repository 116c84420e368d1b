import { answersBy, RejectedRequest } from '@callstream/contracts';
import type { Refusal } from '@callstream/contracts';
import type { RefusedClient } from '../access/report-refusal.ts';
import { internalError } from '../access/request-failure.ts';

/** Why a request is rejected. `problem`: what is wrong with this request, for the client. */
export type Rejection =
  | { readonly kind: 'malformed' | 'forbidden'; readonly problem: string }
  | {
      readonly kind: 'unauthenticated';
      readonly error: 'invalid_token' | null;
      readonly problem?: string;
      /** Why, for the log. */
      readonly reason?: string;
    }
  | {
      readonly kind:
        | 'foreign'
        | 'misdirected'
        | 'not-found'
        | 'method'
        | 'timeout'
        | 'head-too-large'
        | 'too-many'
        | 'busy'
        | 'slow'
        | 'unavailable'
        | 'internal';
    };

interface ApiRefusal extends Refusal {
  /** The setting that would allow such a request. */
  readonly setting?: string;
}

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
    setting: 'GATEWAY_ORIGINS',
  },
  'not-found': { status: 404, title: 'Not found', detail: 'It does not exist, or the token does not allow to see it.' },
  method: { status: 405, title: 'Method not allowed', detail: 'Use GET.', headers: { allow: 'GET, HEAD, OPTIONS' } },
  timeout: { status: 408, title: 'Too slow', detail: 'The request timed out before it was complete.' },
  misdirected: {
    status: 421,
    title: 'Not this host',
    detail:
      'Without authentication, the gateway answers to IP addresses, localhost, names without a dot, and hosts in GATEWAY_ORIGINS.',
    setting: 'GATEWAY_ORIGINS',
  },
  'too-many': {
    status: 429,
    title: 'Too many requests',
    detail: 'Too many requests of this address or connection are waiting: wait for their answers, then retry.',
    headers: { 'retry-after': '1' },
  },
  'head-too-large': {
    status: 431,
    title: 'Head too large',
    detail: 'The headers of the request are larger than 16 KiB, for example because of the token.',
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
} as const satisfies Record<Rejection['kind'], ApiRefusal>;

/** The answer to a rejected request: RFC 9457, and RFC 6750 for tokens. */
export const answerOf = answersBy<Rejection>(problemTypes, challengeOf);

/** What the operator may have to correct; null if the client is to blame, and its answer says why. */
export function reportOf(rejection: Rejection): Omit<RefusedClient, 'address'> | null {
  const { setting }: ApiRefusal = problemTypes[rejection.kind];
  const problem = 'reason' in rejection ? rejection.reason : undefined;
  return setting === undefined && problem === undefined ? null : { reason: rejection.kind, problem, setting };
}

function challengeOf(rejection: Rejection): Record<string, string> {
  if (rejection.kind !== 'unauthenticated') return {};
  return { 'www-authenticate': rejection.error === null ? 'Bearer' : `Bearer error="${rejection.error}"` };
}

export class Rejected extends RejectedRequest<Rejection> {}
