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

/** Counts the answer to a request of an attack. */
export type CountAnswer = (isAccepted: boolean) => void;

export interface PreparedAttack {
  /** Answers that it gets until its end. */
  readonly requests: number;
  /** Attacks for a bounded time. @throws {Error} if an answer, or a close, is not the documented one */
  readonly run: (target: Target, count: CountAnswer) => Promise<void>;
}

export interface Attack {
  readonly name: string;
  /** Fewer answers a second, of the full scale, are no attack: it had no core. Default: it sets its pace by itself, or is over at once. */
  readonly perSecondMin?: number;
  /** Makes what it sends, as that takes time which another machine would have. */
  readonly prepare: (scale: Scale) => PreparedAttack;
}

/** @throws {Error} if it is none of those */
export function expectOneOf<T>(what: string, got: T, allowed: readonly T[]): void {
  if (!allowed.includes(got))
    throw new Error(`${what}: ${String(got)} in place of ${allowed.map(String).join(' or ')}.`);
}

interface Answer {
  readonly status: number;
  readonly bytes: number;
}

/** An HTTP client for many requests at once. */
export interface HttpClient extends AsyncDisposable {
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly post: (path: string, body: string | Buffer, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
}

interface HttpClientOptions {
  /** Requests at the same time. */
  readonly connections?: number;
  readonly count?: CountAnswer;
}

/** Of this origin. */
export function openHttpClient(
  url: string,
  { connections = 8, count = () => undefined }: HttpClientOptions = {},
): HttpClient {
  const pool = new Pool(new URL(url).origin, { connections, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const request = async (options: Parameters<typeof pool.request>[0]): Promise<Answer> => {
    const { statusCode, body } = await pool.request(options);
    let bytes = 0;
    for await (const chunk of body) bytes += (chunk as Buffer).length;
    count(statusCode < 300);
    return { status: statusCode, bytes };
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
