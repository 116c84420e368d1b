import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveDashboard } from './serve-dashboard.ts';

const folder = mkdtempSync(join(tmpdir(), 'callstream-page-'));
let server: Server;
let port: number;

beforeAll(async () => {
  const dist = join(folder, 'dist');
  mkdirSync(join(dist, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.html'), 'secret');
  writeFileSync(join(dist, 'index.html'), '<!doctype html>page');
  writeFileSync(join(dist, 'assets', 'index-1.js'), 'x'.repeat(5_000));
  server = createServer(serveDashboard(dist, (_, response) => response.writeHead(426).end())).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** Sends the path as it is; `fetch` would normalize it. */
const get = (path: string, headers = {}, method = 'GET') =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers }, (response) =>
      resolve(response.resume()),
    );
    outgoing.on('error', reject).end();
  });

describe('the dashboard page', () => {
  it('is at / with any query string, and must be revalidated by caches', async () => {
    for (const path of ['/', '/?wallboard', '/index.html']) {
      const { statusCode, headers } = await get(path);
      expect(statusCode).toBe(200);
      expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect((await get(path, { 'if-none-match': headers.etag })).statusCode).toBe(304);
    }
  });

  it('has assets that caches keep for ever, compressed for clients that accept gzip', async () => {
    const zipped = await get('/assets/index-1.js', { 'accept-encoding': 'br, gzip' });
    expect(zipped.headers).toMatchObject({
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(Number(zipped.headers['content-length'])).toBeLessThan(200);
    expect((await get('/assets/index-1.js')).headers['content-length']).toBe('5000');
  });

  it.each(['/../secret.html', '/%2e%2e/secret.html', '/nothing', '/assets', '/__proto__'])(
    'is not served at %s',
    async (path) => expect((await get(path)).statusCode).toBe(426),
  );

  it.each([
    '/assets/index-2.js',
    '/assets/index-2.css?x',
    '/assets/',
    '/assets/../index.html',
    '/assets/../../secret.html',
  ])('has no asset of another build at %s: 404, which a proxy retries and no cache stores', async (path) => {
    for (const method of ['GET', 'HEAD']) {
      const { statusCode, headers } = await get(path, { 'accept-encoding': 'gzip' }, method);
      expect(statusCode).toBe(404);
      expect(headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    }
    expect((await get(path, {}, 'POST')).statusCode).toBe(426);
  });

  it('answers only GET and HEAD', async () => {
    expect((await get('/', {}, 'POST')).statusCode).toBe(426);
    expect((await get('/', {}, 'HEAD')).statusCode).toBe(200);
  });

  it('is optional: the gateway starts if it was not built', () => {
    expect(() => serveDashboard(join(folder, 'none'), () => undefined)).not.toThrow();
  });
});
