import { certificateProblem } from '@callstream/resilience';
import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
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
    const guard = createSendGuard(Date.now() + timeoutMs);
    try {
      const headers = {
        authorization,
        accept: 'application/json',
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
      };
      const response = await pool
        .compose(guard.intercept)
        .request({ ...request, headers, signal: AbortSignal.timeout(timeoutMs) });
      // Its status is the answer: a body that does not end changes nothing of that.
      void response.body.dump().catch(() => undefined);
      return answerOf(response.statusCode);
    } catch (error) {
      return failureOf(error, { origin, isSent: guard.isSent() });
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

interface SendGuard {
  readonly intercept: Dispatcher.DispatcherComposeInterceptor;
  /** Whether the request, or a part of it, may have been written. */
  readonly isSent: () => boolean;
}

/**
 * Refuses a request that is about to be written at or after `until`, in ms since 1970. A time-out does not: a process that was
 * frozen while it connected gets the event of its socket before that of its timer.
 */
function createSendGuard(until: number): SendGuard {
  let isSent = false;
  return {
    intercept: (dispatch) => (options, handler) => {
      const start = handler.onRequestStart?.bind(handler);
      // Called by undici immediately before it writes the first byte.
      handler.onRequestStart = (controller, context) => {
        start?.(controller, context);
        if (Date.now() >= until) controller.abort(new NoConnectionInTime());
        isSent = !controller.aborted;
      };
      return dispatch(options, handler);
    },
    isSent: () => isSent,
  };
}

class NoConnectionInTime extends Error {
  override readonly name = 'NoConnectionInTime';
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

/** @param isSent whether the request, or a part of it, may have been written */
function failureOf(
  error: unknown,
  { origin, isSent }: { readonly origin: string; readonly isSent: boolean },
): ProviderAnswer {
  const { code = '', name } = error as NodeJS.ErrnoException;
  const cause = code === '' ? name : code;
  if (isSent) {
    const what = name === 'TimeoutError' ? 'did not answer in time' : `closed the connection (${cause})`;
    return { kind: 'unknown', reason: `The provider ${what}.` };
  }
  const certificate = certificateProblem(code, {
    server: 'provider',
    trustAuthority: 'name the file of its authority in NODE_EXTRA_CA_CERTS.',
    useItsNames: 'The certificate of the provider is for another host: write one of its names in DELEGATOR_URL.',
  });
  return { kind: 'unreachable', reason: certificate ?? `The provider cannot be reached at ${origin} (${cause}).` };
}
