import { until } from '@callstream/stack';
import { Pool } from 'undici';
import type { buildConnector } from 'undici';

export interface WebhookResponse {
  readonly status: number;
  readonly text: string;
}

/** A provider: posts to one webhook. */
export interface Sender extends AsyncDisposable {
  readonly post: (body: string | Buffer) => Promise<WebhookResponse>;
  /** Posts all of it over all connections at the same time; answers in the order of `bodies`. */
  readonly postAll: (bodies: readonly string[]) => Promise<WebhookResponse[]>;
  /** Posts until somebody has answered: connections that are refused or cut are tried again. */
  readonly postUntilAnswered: (body: string) => Promise<WebhookResponse>;
  /** How often `postUntilAnswered` had to try again. */
  readonly retries: () => number;
  /** Connections that are open now. */
  readonly connected: () => number;
}

const patienceMs = 60_000;

/** `connect`: how, where that is not by the URL alone. */
export function createSender(
  webhookUrl: string,
  connections: number,
  connect: buildConnector.BuildOptions = {},
): Sender {
  const { origin, pathname } = new URL(webhookUrl);
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { ...connect, timeout: patienceMs },
    headersTimeout: patienceMs,
    bodyTimeout: patienceMs,
  });
  const headers = { 'content-type': 'application/json' };
  const post = async (body: string | Buffer): Promise<WebhookResponse> => {
    const response = await pool.request({ path: pathname, method: 'POST', headers, body });
    return { status: response.statusCode, text: await response.body.text() };
  };
  let retried = 0;
  const again = (): undefined => {
    retried++;
  };
  return {
    post,
    postAll: (bodies) => Promise.all(bodies.map(post)),
    postUntilAnswered: (body) =>
      until(() => post(body).catch(again), {
        timeoutMs: patienceMs,
        onTimeout: () => new Error('Nobody answered.'),
      }),
    retries: () => retried,
    connected: () => pool.stats.connected,
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}
