// The ceiling of ingest: the same koa and router, which only parse the body and respond. `node bare-koa.ts PORT ADMIN_PORT`
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import Router from '@koa/router';
import Koa from 'koa';
import { Registry, collectDefaultMetrics } from 'prom-client';

const [port, adminPort] = process.argv.slice(2).map(Number);
// node:stream/consumers creates a Blob first, and takes four times the CPU.
const read = (request: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('error', reject);
  });
const router = new Router();
router.post('/webhook', async (ctx) => {
  const body = await read(ctx.req);
  const event = JSON.parse(body) as { call_id: string };
  ctx.type = 'application/json';
  ctx.body = `{"status":"ok","data":{"aggregate_id":${JSON.stringify(event.call_id)},"event":${body}}}`;
});
const app = new Koa();
app.use(router.routes());
const handle = app.callback();
createServer((request, response) => void handle(request, response)).listen(port, '127.0.0.1');

// Metrics on a port of their own, like the admin port of ingest.
const register = new Registry();
collectDefaultMetrics({ register });
createServer((_, response) => void register.metrics().then((text) => response.end(text))).listen(
  adminPort,
  '127.0.0.1',
  () => process.stdout.write('"ceiling.started"\n'),
);
process.once('disconnect', () => process.exit());
