import { isKind, parseEvent } from '@callstream/domain';
import type { Middleware } from 'koa';
import type { SenderAuthentication } from '../admission/credentials.ts';
import type { IngestMetrics } from '../metrics.ts';
import { WebhookRejected } from '../problem.ts';
import type { Publish } from '../publish/publish.ts';
import { checkMediaType } from './body.ts';
import type { ReadBody } from './body.ts';

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

export interface WebhookOptions {
  readonly publish: Publish;
  readonly readBody: ReadBody;
  readonly authentication: SenderAuthentication;
  readonly metrics: Pick<IngestMetrics, 'accepted' | 'storeSeconds' | 'unknownTypes' | 'countIfDuplicate'>;
}

/** `POST /webhook`: answers 200 once the event is stored, and never before. */
export const postWebhook = ({ publish, readBody, authentication, metrics }: WebhookOptions): Middleware => {
  const unauthenticated = () => new WebhookRejected({ kind: 'unauthenticated', challenge: authentication.challenge });
  return async (ctx) => {
    const { headers } = ctx.req;
    const { secret } = ctx['params'] as { secret?: string };
    const credentials = authentication.checkHead({ headers, pathSecret: secret });
    if (credentials === 'invalid') throw unauthenticated();
    checkMediaType(ctx.req);
    const body = await readBody(ctx.req);
    if (credentials === 'needs-body' && !authentication.checkSignature(headers, body)) throw unauthenticated();
    const parsed = parseEvent(body);
    if ('problem' in parsed) throw new WebhookRejected({ kind: 'malformed', problem: parsed.problem });
    const startedAt = performance.now();
    const { uuid, storedIn } = await publish({ event: parsed.event, body, receivedAt: new Date().toISOString() });
    metrics.storeSeconds.observe({ stored_in: storedIn }, (performance.now() - startedAt) / 1_000);
    metrics.accepted.inc({ stored_in: storedIn });
    if (!isKind(parsed.event.kind)) metrics.unknownTypes.inc();
    metrics.countIfDuplicate(uuid);
    ctx.type = 'application/json';
    ctx.body = accepted(uuid, parsed.event.callId, body);
  };
};

/** The answer has the body byte for byte, without its byte order mark. */
function accepted(uuid: string, callId: string | null, body: Buffer): Buffer {
  const event = body.subarray(0, 3).equals(byteOrderMark) ? body.subarray(3) : body;
  const start = `{"status":"ok","data":{"uuid":"${uuid}","aggregate_id":${JSON.stringify(callId)},"event":`;
  return Buffer.concat([Buffer.from(start), event, Buffer.from('}}')]);
}
