import type { Context } from 'koa';

/**
 * UTF-8: a text has a character for each byte. Node sends a single text and its head in one write without another copy; a Buffer is
 * a second write, but a megabyte as a text is copied three times.
 */
export type AnswerBytes = string | readonly [string, Buffer, string];

/** Answers 200 with JSON. */
export function sendJson(ctx: Pick<Context, 'res' | 'respond'>, bytes: AnswerBytes): void {
  // By koa's own switch: what follows has sent the response.
  ctx.respond = false;
  ctx.res.writeHead(200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': typeof bytes === 'string' ? bytes.length : bytes.reduce((sum, { length }) => sum + length, 0),
  });
  if (typeof bytes === 'string') return void ctx.res.end(bytes, 'latin1');
  // One write too: Node corks the socket until the next tick.
  for (const piece of bytes) ctx.res.write(piece, 'latin1');
  ctx.res.end();
}

const beyondAscii = /[^\x00-\x7f]/;

/** The UTF-8 of a text, a character for each byte. */
export const utf8Bytes = (text: string): string =>
  beyondAscii.test(text) ? Buffer.from(text).toString('latin1') : text;
