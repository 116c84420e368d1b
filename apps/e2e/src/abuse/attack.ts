import { Pool } from 'undici';

/** The services that are attacked. */
export interface Target {
  readonly webhookUrl: string;
  readonly socketUrl: string;
  /** Of the gateway, without a slash at the end. */
  readonly gatewayUrl: string;
  /** Ports for metrics and readiness. */
  readonly adminPorts: readonly number[];
}

/** `short`: for `npm test`. `full`: for `npm run proof -- abuse`. */
export type Scale = 'short' | 'full';

export interface Attack {
  readonly name: string;
  /** Attacks for a bounded time. @throws {Error} if an answer, or a close, is not the documented one */
  readonly run: (target: Target, scale: Scale) => Promise<void>;
}

/** @throws {Error} if it is none of those */
export function expectOneOf<T>(what: string, got: T, allowed: readonly T[]): void {
  if (!allowed.includes(got))
    throw new Error(`${what}: ${String(got)} in place of ${allowed.map(String).join(' or ')}.`);
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** An HTTP client for many requests at once. */
export interface HttpClient extends AsyncDisposable {
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly post: (path: string, body: string | Buffer, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
}

/** Of this origin. `connections`: requests at the same time. */
export function openHttpClient(url: string, connections = 8): HttpClient {
  const pool = new Pool(new URL(url).origin, { connections, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const request = async (options: Parameters<typeof pool.request>[0]): Promise<Answer> => {
    const { statusCode, body } = await pool.request(options);
    return { status: statusCode, text: await body.text() };
  };
  return {
    get: (path, headers = {}) => request({ path, method: 'GET', headers }),
    post: (path, body, headers = {}) =>
      request({ path, method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }),
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

/** An event of now. */
export const eventText = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ timestamp: new Date().toISOString(), ...fields });
