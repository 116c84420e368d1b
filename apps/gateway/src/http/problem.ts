import { problemOf } from '@callstream/contracts';
import type { Problem, Refusal } from '@callstream/contracts';

/** Why a request was refused. `problem` says what to mend. */
export type Rejection =
  | { readonly kind: 'malformed' | 'forbidden'; readonly problem: string }
  | { readonly kind: 'unauthenticated'; readonly error: 'invalid_token' | null }
  | {
      readonly kind: 'foreign' | 'misdirected' | 'not-found' | 'method' | 'too-many' | 'busy' | 'slow' | 'unavailable';
    };

/** Every refusal: how it looks on the wire. */
export const problemTypes = {
  malformed: { status: 400, title: 'Not a question', detail: 'A parameter cannot be understood.' },
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    detail: 'The token is missing, wrong or expired: send `Authorization: Bearer <token>`.',
  },
  forbidden: { status: 403, title: 'Not allowed', detail: 'The token does not allow this question.' },
  foreign: { status: 403, title: 'Foreign page', detail: 'The page is of none of the hosts in GATEWAY_ORIGINS.' },
  'not-found': { status: 404, title: 'Not found', detail: 'There is nothing here, or you may not see it.' },
  method: { status: 405, title: 'Method not allowed', detail: 'Use GET.', headers: { allow: 'GET, HEAD, OPTIONS' } },
  misdirected: {
    status: 421,
    title: 'Not this host',
    detail: 'Without authentication only this machine is answered, or a host in GATEWAY_ORIGINS.',
  },
  'too-many': {
    status: 429,
    title: 'Too many requests',
    detail: 'Too many requests of this address or connection wait: wait for answers before asking for more.',
    headers: { 'retry-after': '1' },
  },
  busy: {
    status: 503,
    title: 'Busy',
    detail: 'The question waited too long behind those of others: ask again in a moment.',
    headers: { 'retry-after': '1' },
  },
  slow: {
    status: 503,
    title: 'Took too long',
    detail: 'The answer took too long: ask for a shorter period.',
    headers: { 'retry-after': '5' },
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    detail: 'The calls, or the keys that tokens are checked with, cannot be read at the moment: ask again.',
    headers: { 'retry-after': '5' },
  },
} as const satisfies Record<Rejection['kind'], Refusal>;

/** How a rejection looks on the wire: RFC 9457, and RFC 6750 for tokens. */
export function problemResponse(rejection: Rejection): {
  readonly headers: Readonly<Record<string, string>>;
  readonly problem: Problem;
} {
  const refusal: Refusal = problemTypes[rejection.kind];
  const challenge: Record<string, string> =
    rejection.kind === 'unauthenticated'
      ? { 'www-authenticate': rejection.error === null ? 'Bearer' : `Bearer error="${rejection.error}"` }
      : {};
  return { headers: { ...refusal.headers, ...challenge }, problem: problemOf(rejection, refusal) };
}

/** Thrown through koa's middleware to its edge, where it becomes an answer. */
export class Rejected extends Error {
  override readonly name = 'Rejected';
  readonly rejection: Rejection;
  constructor(rejection: Rejection) {
    super(rejection.kind);
    this.rejection = rejection;
  }
}
