import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { RequestListener } from 'node:http';
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
 */
export function serveDashboard(folder: string, otherwise: RequestListener): RequestListener {
  const files = readFiles(folder);
  return (request, response) => {
    const { method, url = '/', headers: requestHeaders } = request;
    const path = url.split('?', 1)[0] ?? '/';
    const file = files.get(path === '/' ? '/index.html' : path);
    if (!file || (method !== 'GET' && method !== 'HEAD')) return otherwise(request, response);
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

/** Files by URL path; empty if the dashboard was not built, because the gateway also works without it. */
function readFiles(folder: string): Map<string, StaticFile> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    names
      .filter((name) => contentTypes[extname(name)] !== undefined)
      .map((name) => [`/${name.split(sep).join('/')}`, readFile(folder, name)]),
  );
}

function readFile(folder: string, name: string): StaticFile {
  const body = readFileSync(join(folder, name));
  const gzipped = gzipSync(body, { level: 9 });
  return {
    body,
    gzipped: gzipped.length < body.length * 0.95 ? gzipped : null,
    type: contentTypes[extname(name)] ?? '',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    // Asset names contain a hash of their content.
    cacheControl: name.startsWith('assets') ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
}
