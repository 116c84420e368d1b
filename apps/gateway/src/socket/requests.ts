import {
  Authenticate,
  ListCallEvents,
  ListCalls,
  requestData,
  Subscribe,
  WatchAgents,
  WatchCall,
} from '@callstream/contracts';
import type { MessageId, RequestEvent, ServerMessage } from '@callstream/contracts';
import type { Log } from '@callstream/runtime';
import { z } from 'zod';
import type { SocketClient } from '../outbox/socket-client.ts';
import { NotServed } from '../scheduling/not-served.ts';
import { RequestFailure } from '../access/request-failure.ts';
import type { OutgoingFrame } from '../outbox/frame.ts';
import type { CallWatches } from '../live/call-watches.ts';
import type { Subscriptions } from '../live/subscriptions.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { NumberWatches } from '../numbers/number-watches.ts';
import type { RowList, CallQueries } from '../queries/call-queries.ts';
import type { ReadMessage } from './read-message.ts';
import { problemsOf } from '../queries/schema-problems.ts';

export interface RequestHandlerOptions {
  readonly queries: CallQueries;
  readonly subscriptions: Subscriptions;
  readonly watches: CallWatches;
  readonly numbers: NumberWatches;
  readonly metrics: Pick<GatewayMetrics, 'failures'>;
  readonly log: Log;
}

type FailedEvent = Extract<ServerMessage, { status: 'Failed' }>['event'];

/** Whose request it is, and what its answer is to echo. */
interface RequestContext {
  readonly client: SocketClient;
  readonly id: MessageId | undefined;
}

/** Gives the data of the answer, as JSON text or as a list; null if it is answered, or will be, in frames of its own. */
type RunRequest = (data: unknown, from: RequestContext) => Promise<string | RowList | null>;

/** The requests that are understood, by event. What they give is sent in a message of the same event. */
const requests = ({
  queries,
  subscriptions,
  watches,
  numbers,
}: RequestHandlerOptions): Record<RequestEvent, RunRequest> => ({
  ListCalls: async (data, { client }) => queries.listCalls(client, ListCalls.parse(data).params, client.scope()),
  ListCallEvents: async (data, { client }) => {
    const { call_id: callId, before } = ListCallEvents.parse(data);
    return queries.listCallEvents(client, { callId, before }, client.scope());
  },
  Subscribe: async (data, { client, id }) => {
    await subscriptions.subscribe(client, Subscribe.parse(data), id);
    return null;
  },
  Unsubscribe: (_data, { client }) => {
    subscriptions.unsubscribe(client);
    return Promise.resolve('{}');
  },
  WatchCall: async (data, { client, id }) => {
    await watches.watch(client, WatchCall.parse(data).call_id, id);
    return null;
  },
  UnwatchCall: async (data, { client }) => {
    const { call_id } = await WatchCall.parseAsync(data);
    watches.unwatch(client, call_id);
    return JSON.stringify({ call_id });
  },
  WatchQueues: async (_data, { client, id }) => {
    await numbers.watchQueues(client, id);
    return null;
  },
  UnwatchQueues: (_data, { client }) => {
    numbers.unwatch(client, 'Queues');
    return Promise.resolve('{}');
  },
  WatchAgents: async (data, { client, id }) => {
    await numbers.watchAgents(client, WatchAgents.parse(data).queues, id);
    return null;
  },
  UnwatchAgents: (_data, { client }) => {
    numbers.unwatch(client, 'Agents');
    return Promise.resolve('{}');
  },
  Authenticate: async (data, { client }) => {
    const expires_at = await client.authenticate(Authenticate.parse(data).token);
    subscriptions.rescope(client);
    numbers.rescope(client);
    return JSON.stringify({ expires_at });
  },
});

/** @returns the frame that answers; null if there is none, or it comes by itself */
export type HandleRequest = (read: ReadMessage, client: SocketClient) => Promise<OutgoingFrame | null>;

/** Answers a client's message. A failure is an answer too: it says what to mend, and nothing of our inside. */
export function createRequestHandler(answering: RequestHandlerOptions): HandleRequest {
  const asks = requests(answering);
  const known = Object.keys(asks).join(', ');
  return async (read, client) => {
    if ('error' in read) return failed('InvalidMessage', read.error, read.id);
    const { event, data, id } = read.message;
    if (!Object.hasOwn(asks, event)) return failed('InvalidEvent', `This event is not known. Known are: ${known}.`, id);
    const asked = event as RequestEvent;
    if (asked !== 'Authenticate' && !client.isAdmitted())
      return failed(asked, 'Show a token first: {"event": "Authenticate", "data": {"token": …}}.', id);
    try {
      const answer = await asks[asked](data, { client, id });
      return answer === null ? null : frameOf({ event: answered(asked), status: 'Ok', id }, answer);
    } catch (error) {
      return failed(asked, explain(error, answering), id);
    }
  };
}

function frameOf(head: object, answer: string | RowList): OutgoingFrame {
  const isList = typeof answer !== 'string';
  const begin = `${JSON.stringify(isList && answer.more ? { ...head, more: true } : head).slice(0, -1)},"data":`;
  return isList ? [Buffer.from(begin), answer.rows, end] : `${begin}${answer}}`;
}

const end = Buffer.from('}');

/** Answers a request that is one too many of those that are not answered yet. */
export function rejectExcess(read: ReadMessage): string {
  const text = 'Too many requests are not answered yet. Wait for answers before you ask for more.';
  if ('error' in read) return failed('InvalidMessage', text, read.id);
  const { event, id } = read.message;
  return failed(Object.hasOwn(requestData, event) ? (event as RequestEvent) : 'InvalidEvent', text, id);
}

/** An answer has the event of its request, but for this one. */
const answered = (event: RequestEvent): string => (event === 'Authenticate' ? 'Authenticated' : event);

const failed = (event: FailedEvent, error: string, id: MessageId | undefined): string =>
  JSON.stringify({ event, status: 'Failed', data: { success: false, error }, id });

function explain(error: unknown, { metrics, log }: RequestHandlerOptions): string {
  if (error instanceof RequestFailure || error instanceof NotServed) return error.message;
  if (error instanceof z.ZodError) return problemsOf(error);
  metrics.failures.inc({ asked_over: 'socket' });
  log.warn({ error: String(error) }, 'query.failed');
  return 'The calls cannot be read at the moment. Ask again.';
}
