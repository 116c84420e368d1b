import { Problem } from '@callstream/contracts';
import { Pool } from 'undici';

export interface PosterOptions {
  /** ASTERISK_INGEST_URL. */
  readonly ingestUrl: string;
  /** Name of one of several PBXs. */
  readonly name: string | undefined;
  readonly pathSecret: string | undefined;
  readonly bearerToken: string | undefined;
  readonly connections: number;
}

/** `rejected`: ingest will never take it. `failed`: it may take it later. */
type PostResult = { readonly kind: 'stored' } | { readonly kind: 'rejected' | 'failed'; readonly problem: string };

/** Posts events to ingest. */
export interface EventPoster extends AsyncDisposable {
  readonly post: (body: Uint8Array, headers?: Readonly<Record<string, string>>) => Promise<PostResult>;
}

/** Statuses that are about the event itself, and no state of ingest or of a proxy. */
const rejections: ReadonlySet<number> = new Set([400, 413, 415]);
/** Deadline of a request, in ms: ingest answers within 4 s. */
const timeoutMs = 5_000;

export function createPoster({ ingestUrl, name, pathSecret, bearerToken, connections }: PosterOptions): EventPoster {
  const { origin, pathname } = new URL(ingestUrl);
  const parts = ['from', 'asterisk', name, pathSecret].filter((part) => part !== undefined);
  const path = `${pathname.replace(/\/$/, '')}/${parts.join('/')}`;
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const post: EventPoster['post'] = async (body, hints = {}) => {
    const headers = {
      'content-type': 'application/json',
      ...(bearerToken !== undefined && { authorization: `Bearer ${bearerToken}` }),
      ...hints,
    };
    try {
      const response = await pool.request({ path, method: 'POST', headers, body });
      const text = await response.body.text();
      return resultOf(response.statusCode, text);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return {
        kind: 'failed',
        problem: `Ingest does not answer at ${origin} (${code ?? message}): is it running, and ASTERISK_INGEST_URL right?`,
      };
    }
  };
  return { post, [Symbol.asyncDispose]: () => pool.destroy() };
}

function resultOf(status: number, text: string): PostResult {
  if (status === 200) return { kind: 'stored' };
  const problem = detailOf(text);
  // Without a problem document the answer is not of ingest, but of something before it.
  const kind = rejections.has(status) && problem !== null ? 'rejected' : 'failed';
  const remedy = status === 401 ? ' Set ASTERISK_INGEST_PATH_SECRET or ASTERISK_INGEST_BEARER_TOKEN.' : '';
  return { kind, problem: `Ingest answers ${status}: ${problem ?? 'no reason'}${remedy}` };
}

function detailOf(text: string): string | null {
  try {
    return Problem.parse(JSON.parse(text)).detail;
  } catch {
    return null;
  }
}
