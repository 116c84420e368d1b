import {
  Authenticate,
  GetBoard,
  ListCallEvents,
  ListCalls,
  requestData,
  Subscribe,
  WatchAgents,
  WatchCall,
  WatchQueues,
} from '@callstream/contracts';
import type { MessageId, RequestEvent } from '@callstream/contracts';
import { errorText, isProgrammingError } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import { z } from 'zod';
import { internalError, RequestFailure } from '../access/request-failure.ts';
import type { CallWatches } from '../call-watches/call-watches.ts';
import type { Subscriptions } from '../live/subscriptions.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { NumberWatches } from '../numbers/number-watches.ts';
import { listBytesMax } from '../numbers/truncated-list.ts';
import type { ViewKind } from '../numbers/view-cache.ts';
import { openField } from '../open-field.ts';
import type { OutgoingFrame } from '../outbox/frame.ts';
import type { SocketClient } from '../outbox/socket-client.ts';
import type { PastBoards } from '../past/past-boards.ts';
import type { CallQueries, RowList } from '../queries/call-queries.ts';
import { problemsOf } from '../queries/schema-problems.ts';
import { NotServed } from '../scheduling/not-served.ts';
import { failedFrame } from './failed-frame.ts';
import type { ReadMessage } from './read-message.ts';

export interface RequestHandlerOptions {
  readonly queries: CallQueries;
  readonly subscriptions: Subscriptions;
  readonly watches: CallWatches;
  readonly numbers: NumberWatches;
  readonly past: PastBoards;
  /** Clients whose last `ListCalls` failed, although it was valid. */
  readonly failedLists: Set<SocketClient>;
  readonly metrics: Pick<GatewayMetrics, 'failures'>;
  readonly log: Log;
}

/** Who made a request, and the id that its answer repeats. */
interface RequestContext {
  readonly client: SocketClient;
  readonly id: MessageId | undefined;
}

/** Returns the data of the answer; null if the request is answered by frames of its own, now or later. */
type RunRequest = (data: unknown, context: RequestContext) => Promise<string | Buffer | RowList | null>;

const unwatchNumbers =
  (numbers: NumberWatches, kind: ViewKind): RunRequest =>
  (_data, { client }) => {
    numbers.unwatch(client, kind);
    return Promise.resolve('{}');
  };

/** The commands of the socket by event. The answer has the same event. */
const commands = ({
  queries,
  subscriptions,
  watches,
  numbers,
  past,
  failedLists,
}: RequestHandlerOptions): Record<RequestEvent, RunRequest> => ({
  ListCalls: async (data, { client }) => {
    const { params } = ListCalls.parse(data);
    failedLists.delete(client);
    try {
      return await queries.listCalls(client, params, client.scope());
    } catch (error) {
      if (!client.isGone()) failedLists.add(client);
      throw error;
    }
  },
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
  WatchQueues: async (data, { client, id }) => {
    await numbers.watchQueues(client, WatchQueues.parse(data), id);
    return null;
  },
  UnwatchQueues: unwatchNumbers(numbers, 'Queues'),
  WatchAgents: async (data, { client, id }) => {
    await numbers.watchAgents(client, WatchAgents.parse(data), id);
    return null;
  },
  UnwatchAgents: unwatchNumbers(numbers, 'Agents'),
  WatchNames: async (_data, { client, id }) => {
    await numbers.watchNames(client, id);
    return null;
  },
  UnwatchNames: unwatchNumbers(numbers, 'Names'),
  GetBoard: async (data, { client }) => {
    const { at, known, finished } = GetBoard.parse(data);
    const board = await past.read(client, { at: Date.parse(at), known, finished, scope: client.scope() });
    if ('problem' in board) throw new RequestFailure(board.problem);
    if (board.length > listBytesMax)
      throw new RequestFailure('The board has more than 2 MiB: read it with GET /api/board.');
    return board;
  },
  Authenticate: async (data, { client }) => {
    const expires_at = await client.authenticate(Authenticate.parse(data).token);
    subscriptions.rescope(client);
    numbers.rescope(client);
    return JSON.stringify({ expires_at });
  },
});

/** Answers a client's message. @returns the answer; null if there is none, or it is sent separately */
export type HandleRequest = (read: ReadMessage, client: SocketClient) => Promise<OutgoingFrame | null>;

/** Failures are answered too: in words that say what to do, without internal details. */
export function createRequestHandler(options: RequestHandlerOptions): HandleRequest {
  const runs = commands(options);
  const known = Object.keys(runs).join(', ');
  return async (read, client) => {
    if ('error' in read) return failedFrame('InvalidMessage', read.error, read.id);
    const { event, data, id } = read.message;
    if (!Object.hasOwn(runs, event))
      return failedFrame('InvalidEvent', `Unknown event; expected one of: ${known}.`, id);
    const requested = event as RequestEvent;
    if (requested !== 'Authenticate' && !client.isAuthenticated())
      return failedFrame(
        requested,
        'Not authenticated. Send {"event": "Authenticate", "data": {"token": …}} first.',
        id,
      );
    try {
      const answer = await runs[requested](data, { client, id });
      return answer === null ? null : answerFrame({ event: answerEvent(requested), status: 'Ok', id }, answer);
    } catch (error) {
      return failedFrame(requested, explain(error, options), id);
    }
  };
}

function answerFrame(head: object, answer: string | Buffer | RowList): OutgoingFrame {
  if (typeof answer === 'string') return `${openField(head, 'data')}${answer}}`;
  const { rows, more } = Buffer.isBuffer(answer) ? { rows: answer, more: false } : answer;
  return [Buffer.from(openField(more ? { ...head, more } : head, 'data')), rows, end];
}

const end = Buffer.from('}');

/** The answer to a request beyond the limit of pending ones. */
export function rejectExcess(
  read: ReadMessage,
  failedLists: RequestHandlerOptions['failedLists'],
  client: SocketClient,
): string {
  const text = 'Too many requests are pending. Wait for their answers before you send more.';
  if ('error' in read) return failedFrame('InvalidMessage', text, read.id);
  const { event, id } = read.message;
  if (event === 'ListCalls') failedLists.add(client);
  return failedFrame(Object.hasOwn(requestData, event) ? (event as RequestEvent) : 'InvalidEvent', text, id);
}

/** An answer has the event of its request, with one exception. */
const answerEvent = (event: RequestEvent): string => (event === 'Authenticate' ? 'Authenticated' : event);

function explain(error: unknown, { metrics, log }: RequestHandlerOptions): string {
  if (error instanceof RequestFailure || error instanceof NotServed) return error.message;
  if (error instanceof z.ZodError) return problemsOf(error);
  metrics.failures.inc({ asked_over: 'socket' });
  log.warn({ error: errorText(error) }, 'query.failed');
  if (isProgrammingError(error)) return internalError;
  return 'Calls cannot be read from Postgres at the moment. Ask again.';
}
