import { certificateProblem } from '@callstream/resilience';
import { Pool } from 'undici';
import type { Provider, ProviderAnswer } from './provider.ts';

export interface TeravozOptions {
  /** DELEGATOR_URL. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Most requests at the same time. */
  readonly connections: number;
}

/** Deadline of a connection, in ms: until then nothing was sent, and another attempt is possible. */
const connectTimeoutMs = 1_000;
/** How long a connection is kept, in ms. A server that closes it in the moment of a request leaves the outcome unknown. */
const keepAliveMs = 2_000;

/** The API of Teravoz: `POST /actions`, and `GET /peers` as a check. */
export function createTeravoz({ url, user, password, connections }: TeravozOptions): Provider {
  const { origin, pathname } = new URL(url);
  const base = pathname.replace(/\/$/, '');
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    // Over HTTP/2, undici sends a POST again after a GOAWAY: the provider might get an action twice.
    allowH2: false,
    connect: { timeout: connectTimeoutMs },
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
  });
  const ask = async (
    request: { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: string },
    timeoutMs: number,
  ): Promise<ProviderAnswer> => {
    try {
      const headers = {
        authorization,
        accept: 'application/json',
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
      };
      const response = await pool.request({ ...request, headers, signal: AbortSignal.timeout(timeoutMs) });
      // Its status is the answer: a body that does not end changes nothing of that.
      void response.body.dump().catch(() => undefined);
      return answerOf(response.statusCode);
    } catch (error) {
      return failureOf(error, origin);
    }
  };
  return {
    delegate: ({ callId, destination }, timeoutMs) =>
      ask(
        {
          method: 'POST',
          path: `${base}/actions`,
          body: JSON.stringify({ type: 'delegate', call_id: callId, destination }),
        },
        timeoutMs,
      ),
    check: (timeoutMs) => ask({ method: 'GET', path: `${base}/peers` }, timeoutMs),
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

/** A gateway before the provider answers so if the provider does not answer it: it may have taken the action. */
const gatewayStatuses: ReadonlySet<number> = new Set([502, 504]);

function answerOf(status: number): ProviderAnswer {
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (gatewayStatuses.has(status))
    return {
      kind: 'unknown',
      reason: `A gateway answers ${status} for the provider, which may have taken the action.`,
    };
  const remedy = status === 401 || status === 403 ? ': check DELEGATOR_USER and DELEGATOR_PASSWORD' : '';
  return { kind: 'refused', reason: `The provider answers ${status}${remedy}.` };
}

/** System calls before anything is sent. */
const connectCalls: ReadonlySet<string> = new Set(['connect', 'getaddrinfo']);

/** The error of each address of a host that has several; else the error itself. */
function attemptsOf(error: unknown): readonly unknown[] {
  const { errors, cause } = error as Partial<AggregateError>;
  return errors ?? (cause as Partial<AggregateError> | undefined)?.errors ?? [error];
}

function failedToConnect(error: unknown): boolean {
  const { code, syscall = '' } = error as NodeJS.ErrnoException;
  return connectCalls.has(syscall) || code === 'UND_ERR_CONNECT_TIMEOUT';
}

/** Only what surely happened before the request was sent is `unreachable`. */
function failureOf(error: unknown, origin: string): ProviderAnswer {
  const { code = '', name } = error as NodeJS.ErrnoException;
  const attempts = attemptsOf(error);
  if (attempts.length > 0 && attempts.every(failedToConnect))
    return { kind: 'unreachable', reason: `The provider cannot be reached at ${origin} (${code}).` };
  const certificate = certificateProblem(code, {
    server: 'provider',
    trustAuthority: 'name the file of its authority in NODE_EXTRA_CA_CERTS.',
    useItsNames: 'The certificate of the provider is for another host: write one of its names in DELEGATOR_URL.',
  });
  if (certificate !== undefined) return { kind: 'unreachable', reason: certificate };
  const what = name === 'TimeoutError' ? 'did not answer in time' : `closed the connection (${code || name})`;
  return { kind: 'unknown', reason: `The provider ${what}.` };
}
