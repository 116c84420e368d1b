import { isKind, parseEvent } from '@callstream/domain';
import type { Middleware } from 'koa';
import { checkMediaType } from './body.ts';
import type { ReadBody } from './body.ts';
import type { SenderAuthentication } from '../admission/credentials.ts';
import type { IngestMetrics } from '../metrics.ts';
import { WebhookRejected } from '../problem.ts';
import type { Publish } from '../publish/publish.ts';

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

export interface WebhookOptions {
  readonly publish: Publish;
  readonly readBody: ReadBody;
  readonly authentication: SenderAuthentication;
  readonly metrics: Pick<IngestMetrics, 'accepted' | 'storeSeconds' | 'unknownTypes' | 'repeated'>;
}

/** `POST /webhook`: 200 once the event is stored, and never before. */
export const postWebhook = ({ publish, readBody, authentication, metrics }: WebhookOptions): Middleware => {
  const unauthenticated = () => new WebhookRejected({ kind: 'unauthenticated', challenge: authentication.challenge });
  return async (ctx) => {
    const { headers } = ctx.req;
    const { secret } = ctx['params'] as { secret?: string };
    const known = authentication.ofHead({ headers, pathSecret: secret });
    if (known === 'no') throw unauthenticated();
    checkMediaType(ctx.req);
    const body = await readBody(ctx.req);
    if (known === 'unknown' && !authentication.ofBody(headers, body)) throw unauthenticated();
    const parsed = parseEvent(body);
    if ('problem' in parsed) throw new WebhookRejected({ kind: 'malformed', problem: parsed.problem });
    const began = performance.now();
    const { uuid, storedIn } = await publish({ event: parsed.event, body, receivedAt: new Date().toISOString() });
    metrics.storeSeconds.observe({ stored_in: storedIn }, (performance.now() - began) / 1_000);
    metrics.accepted.inc({ stored_in: storedIn });
    if (!isKind(parsed.event.kind)) metrics.unknownTypes.inc();
    metrics.repeated(uuid);
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
