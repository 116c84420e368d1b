import { createRequire } from 'node:module';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** The versions whose internals are known here. */
const known = { koa: '3.3.0', 'on-finished': '2.4.2' } as const;

/** Takes the callbacks of on-finished, and never calls them. */
const ignored = { queue: { push: () => undefined } };

/**
 * Keeps koa from listening for the end of each response, which took 2 % of the CPU in a profile. Koa uses that only to report the
 * error of a connection that breaks, and ingest reports none: it is no error of its own (see `createApp`).
 * @throws {Error} if another version of koa or of on-finished is installed: its internals may differ without an error
 */
export function skipFinishedListeners(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): RequestListener {
  const require = createRequire(createRequire(import.meta.url).resolve('koa'));
  for (const [name, wanted] of Object.entries(known)) {
    const { version } = require(`${name}/package.json`) as { version: string };
    if (version !== wanted)
      throw new Error(
        `${name} ${version} is installed, and ingest goes around an internal of ${name} ${wanted}. Install that version (npm ci).`,
      );
  }
  return (request, response) => {
    // Where on-finished keeps the callbacks of a message that it listens to already.
    Object.assign(response, { __onFinished: ignored });
    void handle(request, response);
  };
}
