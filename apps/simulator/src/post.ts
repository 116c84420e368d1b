import { Problem } from '@callstream/contracts';
import { InvalidArgumentError } from 'commander';
import { Pool } from 'undici';

/** Why an event was not accepted; null if it was. */
type PostFailure = string | null;

/** Posts events to one webhook over a bounded number of connections. */
export interface Poster extends AsyncDisposable {
  /** Never rejects: a server that cannot be reached is a {@link PostFailure}. */
  readonly post: (body: string) => Promise<PostFailure>;
}

/** @param headers in addition to the content type */
export function createPoster(url: string, connections: number, headers: Readonly<Record<string, string>> = {}): Poster {
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const post = async (body: string): Promise<PostFailure> => {
    try {
      const response = await pool.request({
        path: pathname + search,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
      const answer = await response.body.text();
      return response.statusCode === 200 ? null : `${response.statusCode} ${explain(answer)}`;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return code === 'ECONNREFUSED' ? `${origin} refused the connection (is callstream running? npm start)` : message;
    }
  };
  return { post, [Symbol.asyncDispose]: () => pool.close() };
}

function explain(answer: string): string {
  try {
    return Problem.parse(JSON.parse(answer)).detail;
  } catch {
    return answer.slice(0, 200);
  }
}

/** The webhook of the ingest of this checkout. */
export const defaultUrl = ({ INGEST_PORT }: NodeJS.ProcessEnv): string =>
  `http://127.0.0.1:${INGEST_PORT || '3000'}/webhook`;

/** Parses an option `Name: value` that may be given more than once. @throws {InvalidArgumentError} if it is not a header */
export function collectHeader(line: string, headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name, value] = /^([\w-]+):\s*(.+)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Expected a header as "Name: value".');
  return { ...headers, [name]: value };
}
