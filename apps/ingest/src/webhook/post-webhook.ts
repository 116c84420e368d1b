import { parseEvent } from '@callstream/domain';
import type { Middleware } from 'koa';
import type { IngestMetrics } from '../metrics.ts';
import { WebhookRejected } from '../problem.ts';
import type { Publish, PublishedEvent } from '../publish/publish.ts';
import type { AcceptedEvent } from '../record.ts';
import type { SourceEdge, StoredEvent } from '../sources/edge.ts';
import type { ReadBody } from './body.ts';
import { sendJson } from './send-json.ts';

export interface WebhookOptions {
  readonly publish: Publish;
  readonly readBody: ReadBody;
  readonly edge: SourceEdge;
  readonly metrics: Pick<
    IngestMetrics,
    'accepted' | 'storeSeconds' | 'countIfUnknown' | 'countClock' | 'countIfDuplicate'
  >;
}

/** Receives the events of one source: answers 200 once they are stored, and never before. */
export const postWebhook = (options: WebhookOptions): Middleware => {
  const { publish, readBody, edge, metrics } = options;
  const { source, authentication } = edge;
  const unauthenticated = () => new WebhookRejected({ kind: 'unauthenticated', challenge: authentication.challenge });
  return async (ctx) => {
    const { headers } = ctx.req;
    const { name, secret } = targetOf(ctx['params'] as PathParameters, authentication);
    const credentials = authentication.checkHead({ headers, pathSecret: secret });
    if (credentials === 'invalid') throw unauthenticated();
    edge.checkMediaType(ctx.req);
    const body = await readBody(ctx.req, ctx.res);
    if (credentials === 'needs-body' && !authentication.checkSignature(headers, body)) throw unauthenticated();
    // Once per request: a batch of lines is one reception.
    const [startedAt, receivedAt] = [performance.now(), new Date()];
    const hints = edge.hints(headers);
    const common = { hints, contentType: edge.contentType, receivedAt: receivedAt.toISOString() };
    const parse = (value: Buffer): AcceptedEvent => {
      const parsed = parseEvent(value, { source, sourceName: name ?? null, hints });
      if ('problem' in parsed) throw new WebhookRejected({ kind: 'malformed', problem: parsed.problem });
      return Object.assign({ event: parsed.event, body: value }, common);
    };
    const [first, ...others] = edge.split(body, headers);
    const [firstEvent, ...otherEvents] = [parse(first), ...others.map(parse)];
    const published = await Promise.all([publish(firstEvent), ...otherEvents.map(publish)]);
    countPublished(metrics, published, { receivedAt, ms: performance.now() - startedAt });
    const [firstPublished, ...otherPublished] = published;
    sendJson(ctx, edge.answer([storedOf(firstPublished), ...otherPublished.map(storedOf)]));
  };
};

/** What follows the path of a source. */
interface PathParameters {
  readonly name?: string;
  readonly secret?: string;
  /** The only part: a secret if it is one, else a name. */
  readonly nameOrSecret?: string;
}

function targetOf(
  { name, secret, nameOrSecret }: PathParameters,
  { isPathSecret }: Pick<SourceEdge['authentication'], 'isPathSecret'>,
): { name: string | undefined; secret: string | undefined } {
  if (nameOrSecret === undefined) return { name, secret };
  return isPathSecret(nameOrSecret)
    ? { name: undefined, secret: nameOrSecret }
    : { name: nameOrSecret, secret: undefined };
}

const storedOf = ({ accepted, uuid }: PublishedEvent): StoredEvent => ({
  uuid,
  callId: accepted.event.callId,
  value: accepted.body,
});

/** Counts the events of a request that is answered with 200. */
function countPublished(
  metrics: WebhookOptions['metrics'],
  published: readonly PublishedEvent[],
  { receivedAt, ms }: { readonly receivedAt: Date; readonly ms: number },
): void {
  const spooled = published.filter(({ storedIn }) => storedIn === 'spool').length;
  if (spooled > 0) metrics.accepted.inc({ stored_in: 'spool' }, spooled);
  if (spooled < published.length) metrics.accepted.inc({ stored_in: 'kafka' }, published.length - spooled);
  metrics.storeSeconds.observe({ stored_in: spooled > 0 ? 'spool' : 'kafka' }, ms / 1_000);
  for (const { accepted, uuid } of published) {
    metrics.countIfUnknown(accepted.event.kind);
    metrics.countClock(accepted.event, receivedAt.getTime());
    metrics.countIfDuplicate(uuid);
  }
}
