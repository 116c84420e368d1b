import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { RequestListener, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The dashboard's build. */
export const dashboardFolder = join(import.meta.dirname, '../../../dashboard/dist');

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Vite puts all files with a hash in their name here. */
const assetsPath = '/assets/';

/** The page may load only its own files and connect only to this gateway: events have text from outside, which may be an attack. */
const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  vary: 'accept-encoding',
} as const;

interface StaticFile {
  readonly body: Buffer;
  /** null: compression does not make it smaller. */
  readonly gzipped: Buffer | null;
  readonly type: string;
  readonly etag: string;
  readonly cacheControl: string;
}

/**
 * Serves the dashboard, and passes all other requests to `otherwise`. All files are read once, at the start, so no request
 * leads to the disk (path traversal), as it would with sirv 3, which opens the file for each. The view is in the fragment of the URL, so the only page is `/`.
 *
 * An asset of another build is 404, by which a proxy knows that it should ask the next gateway: docs/guides/proxy.md.
 */
export function serveDashboard(folder: string, otherwise: RequestListener): RequestListener {
  const files = readFiles(folder);
  return (request, response) => {
    const { method, url = '/', headers: requestHeaders } = request;
    const path = url.split('?', 1)[0] ?? '/';
    const file = files.get(path === '/' ? '/index.html' : path);
    const isRead = method === 'GET' || method === 'HEAD';
    if (!file && isRead && path.startsWith(assetsPath)) return answerUnknownAsset(response);
    if (!file || !isRead) return otherwise(request, response);
    const { body, gzipped, type, etag, cacheControl } = file;
    const headers = { ...securityHeaders, etag, 'cache-control': cacheControl };
    if (requestHeaders['if-none-match'] === etag) {
      response.writeHead(304, headers).end();
      return;
    }
    const isGzipped = gzipped !== null && /\bgzip\b/.test(requestHeaders['accept-encoding'] ?? '');
    const content = isGzipped ? gzipped : body;
    response.writeHead(200, {
      ...headers,
      'content-type': type,
      'content-length': content.length,
      ...(isGzipped ? { 'content-encoding': 'gzip' } : {}),
    });
    response.end(method === 'HEAD' ? undefined : content);
  };
}

/** Not stored: after the upgrade of this gateway the same address is a file. */
function answerUnknownAsset(response: ServerResponse): void {
  response.writeHead(404, {
    ...securityHeaders,
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end('No file of this build of the dashboard: reload the page.\n');
}

/** Files by URL path; empty if the dashboard was not built, because the gateway also works without it. */
function readFiles(folder: string): Map<string, StaticFile> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    names
      .filter((name) => contentTypes[extname(name)] !== undefined)
      .map((name) => `/${name.split(sep).join('/')}`)
      .map((path) => [path, readFile(folder, path)]),
  );
}

function readFile(folder: string, path: string): StaticFile {
  const body = readFileSync(join(folder, path));
  const gzipped = gzipSync(body, { level: 9 });
  return {
    body,
    gzipped: gzipped.length < body.length * 0.95 ? gzipped : null,
    type: contentTypes[extname(path)] ?? '',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    // Asset names contain a hash of their content.
    cacheControl: path.startsWith(assetsPath) ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
}
