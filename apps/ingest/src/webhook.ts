import { parseEvent } from '@callstream/domain';
import type { Middleware } from 'koa';
import { checkMediaType, readBody } from './body.ts';
import { Rejected } from './problem.ts';
import type { Publish } from './publish.ts';

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** `POST /webhook`: 200 once the event is stored, and never before. */
export const postWebhook = ({
  publish,
  bodyBytesMax,
}: {
  publish: Publish;
  bodyBytesMax: () => number;
}): Middleware => {
  return async (ctx) => {
    checkMediaType(ctx.req);
    const body = await readBody(ctx.req, bodyBytesMax());
    const parsed = parseEvent(body);
    if ('problem' in parsed) throw new Rejected({ kind: 'malformed', problem: parsed.problem });
    const uuid = await publish({ event: parsed.event, body, receivedAt: new Date().toISOString() });
    ctx.type = 'application/json';
    ctx.body = accepted(uuid, parsed.event.callId, body);
  };
};

/** The body goes back as the bytes it came in. */
function accepted(uuid: string, callId: string | null, body: Buffer): Buffer {
  const event = body.subarray(0, 3).equals(byteOrderMark) ? body.subarray(3) : body;
  const start = `{"status":"ok","data":{"uuid":"${uuid}","aggregate_id":${JSON.stringify(callId)},"event":`;
  return Buffer.concat([Buffer.from(start), event, Buffer.from('}}')]);
}
