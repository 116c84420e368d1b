import { until } from '@callstream/stack';
import pLimit from 'p-limit';
import { buildConnector, Pool } from 'undici';

export interface WebhookResponse {
  readonly status: number;
  readonly text: string;
}

/** A provider that posts webhooks over a pool of connections. */
export interface Sender extends AsyncDisposable {
  readonly post: (body: string | Buffer) => Promise<WebhookResponse>;
  /** Posts all at once; responses in the order of `bodies`. */
  readonly postAll: (bodies: readonly string[]) => Promise<WebhookResponse[]>;
  /** Retries refused and lost connections until there is a response. */
  readonly postUntilAnswered: (body: string) => Promise<WebhookResponse>;
  /** Retries of `postUntilAnswered` so far. */
  readonly retries: () => number;
  readonly openConnections: () => number;
}

const timeoutMs = 60_000;

/**
 * Connections that are being opened at once. More than the kernel's queues have room for would wait for its
 * retransmissions (1, 3, 7, 15, 31 s), and measure the kernel instead of the service.
 */
const openingMax = 500;

/** `connect`: TLS and lookup options, where the URL is not enough. */
export function createSender(
  webhookUrl: string,
  connections: number,
  connect: buildConnector.BuildOptions = {},
): Sender {
  const { origin, pathname } = new URL(webhookUrl);
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connect: limitOpening(buildConnector({ ...connect, timeout: timeoutMs })),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const headers = { 'content-type': 'application/json' };
  const post = async (body: string | Buffer): Promise<WebhookResponse> => {
    const response = await pool.request({ path: pathname, method: 'POST', headers, body });
    return { status: response.statusCode, text: await response.body.text() };
  };
  let retries = 0;
  const countRetry = (): undefined => {
    retries++;
  };
  return {
    post,
    postAll: (bodies) => Promise.all(bodies.map(post)),
    postUntilAnswered: (body) =>
      until(() => post(body).catch(countRetry), {
        timeoutMs,
        onTimeout: () => new Error(`${webhookUrl} did not answer within ${timeoutMs} ms.`),
      }),
    retries: () => retries,
    openConnections: () => pool.stats.connected,
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

function limitOpening(open: buildConnector.connector): buildConnector.connector {
  const limit = pLimit(openingMax);
  return (options, callback) => {
    void limit(
      () =>
        new Promise<void>((opened) => {
          open(options, (...result) => {
            opened();
            callback(...result);
          });
        }),
    );
  };
}
