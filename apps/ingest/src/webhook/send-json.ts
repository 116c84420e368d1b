import type { Context } from 'koa';

/**
 * Answers 200 with JSON, given as a character for each byte. Node sends such a text and its head in one write without another copy;
 * a Buffer as `ctx.body` is a second write.
 */
export function sendJson(ctx: Pick<Context, 'res' | 'respond'>, bytes: string): void {
  // By koa's own switch: what follows has sent the response.
  ctx.respond = false;
  ctx.res.writeHead(200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': bytes.length,
  });
  ctx.res.end(bytes, 'latin1');
}

const beyondAscii = /[^\x00-\x7f]/;

/** The UTF-8 of a text, a character for each byte. */
export const utf8Bytes = (text: string): string =>
  beyondAscii.test(text) ? Buffer.from(text).toString('latin1') : text;
