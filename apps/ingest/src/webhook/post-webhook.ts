import { parseEvent } from '@callstream/domain';
import type { ParsedEvent } from '@callstream/domain';
import type { Middleware } from 'koa';
import type { IngestMetrics } from '../metrics.ts';
import { WebhookRejected } from '../problem.ts';
import type { Publish } from '../publish/publish.ts';
import type { SourceEdge, StoredEvent } from '../sources/edge.ts';
import type { ReadBody } from './body.ts';
import type { AwaitTurn } from './large-bodies.ts';
import { sendJson } from './send-json.ts';

export interface WebhookOptions {
  readonly publish: Publish;
  readonly readBody: ReadBody;
  /** Of large bodies. */
  readonly awaitTurn: AwaitTurn;
  readonly edge: SourceEdge;
  readonly metrics: Pick<
    IngestMetrics,
    'accepted' | 'storeSeconds' | 'countIfUnknown' | 'countClock' | 'countIfDuplicate'
  >;
}

/** Receives the events of one source: answers 200 once they are stored, and never before. */
export const postWebhook = (options: WebhookOptions): Middleware => {
  const { readBody, awaitTurn, edge } = options;
  const { source, authentication } = edge;
  const unauthenticated = () => new WebhookRejected({ kind: 'unauthenticated', challenge: authentication.challenge });
  return async (ctx) => {
    const { headers } = ctx.req;
    const { name, secret } = targetOf(ctx['params'] as PathParameters, authentication);
    const credentials = authentication.checkHead({ headers, pathSecret: secret });
    if (credentials === 'invalid') throw unauthenticated();
    edge.checkMediaType(ctx.req);
    const body = await readBody(ctx.req);
    if (credentials === 'needs-body' && !authentication.checkSignature(headers, body)) throw unauthenticated();
    const turn = awaitTurn(body);
    if (turn) await turn;
    const hints = edge.hints(headers);
    const parse = (value: Buffer): ReceivedEvent => {
      const parsed = parseEvent(value, { source, sourceName: name ?? null, hints });
      if ('problem' in parsed) throw new WebhookRejected({ kind: 'malformed', problem: parsed.problem });
      return { event: parsed.event, value, hints };
    };
    const [first, ...others] = edge.split(body, headers);
    const [firstEvent, ...otherEvents] = [parse(first), ...others.map(parse)];
    const [firstStored, ...otherStored] = await Promise.all([
      store(options, firstEvent),
      ...otherEvents.map((event) => store(options, event)),
    ]);
    sendJson(ctx, edge.answer([firstStored, ...otherStored]));
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

interface ReceivedEvent {
  readonly event: ParsedEvent;
  readonly value: Buffer;
  readonly hints: string | null;
}

async function store(
  { publish, edge, metrics }: WebhookOptions,
  { event, value, hints }: ReceivedEvent,
): Promise<StoredEvent> {
  const startedAt = performance.now();
  const receivedAt = new Date();
  const { contentType } = edge;
  const accepted = { event, body: value, hints, contentType, receivedAt: receivedAt.toISOString() };
  const { uuid, storedIn } = await publish(accepted);
  metrics.storeSeconds.observe({ stored_in: storedIn }, (performance.now() - startedAt) / 1_000);
  metrics.accepted.inc({ stored_in: storedIn });
  metrics.countIfUnknown(event.kind);
  metrics.countClock(event, receivedAt.getTime());
  metrics.countIfDuplicate(uuid);
  return { uuid, callId: event.callId, value };
}
