import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { extname, join, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Where the dashboard's build is. */
export const dashboardFolder = join(import.meta.dirname, '../../../dashboard/dist');

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** What the page may do: load what came with it, and talk to this gateway. Events have text of strangers in them. */
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
  /** null: it does not become smaller. */
  readonly zipped: Buffer | null;
  readonly type: string;
  readonly etag: string;
  readonly cacheControl: string;
}

/**
 * Serves the dashboard, and has everything else answered by `otherwise`. Its files are few and small: they are read once,
 * so that nothing that a stranger can ask for leads to the disk. Which view is shown stands behind the `#`, so `/` is all.
 */
export function serveDashboard(folder: string, otherwise: RequestListener): RequestListener {
  const files = readFiles(folder);
  return (request, response) => {
    const { method, url = '/', headers: asked } = request;
    const path = url.split('?', 1)[0] ?? '/';
    const file = files.get(path === '/' ? '/index.html' : path);
    if (!file || (method !== 'GET' && method !== 'HEAD')) return otherwise(request, response);
    const { body, zipped, type, etag, cacheControl } = file;
    const shared = { ...securityHeaders, etag, 'cache-control': cacheControl };
    if (asked['if-none-match'] === etag) {
      response.writeHead(304, shared).end();
      return;
    }
    const isZipped = zipped !== null && /\bgzip\b/.test(asked['accept-encoding'] ?? '');
    const sent = isZipped ? zipped : body;
    response.writeHead(200, {
      ...shared,
      'content-type': type,
      'content-length': sent.length,
      ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
    });
    response.end(method === 'HEAD' ? undefined : sent);
  };
}

/** By path from `/` on; none, if the dashboard was not built: the gateway is of use without it. */
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
  const zipped = gzipSync(body, { level: 9 });
  return {
    body,
    zipped: zipped.length < body.length * 0.95 ? zipped : null,
    type: contentTypes[extname(name)] ?? '',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    // Names of assets change with their content.
    cacheControl: name.startsWith('assets') ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
}
