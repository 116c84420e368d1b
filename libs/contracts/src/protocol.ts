import { z } from 'zod';
import { callState } from './call-state.ts';
import { identifier } from './identifier.ts';
import { ListedCall, ListedEvent, more } from './listed.ts';
import { LiveCall } from './live-call.ts';
import { Agents, Names, Queues } from './numbers.ts';
import { GetBoard, PastBoard } from './past-board.ts';

/** Chosen by the client and echoed in the answer, so that the client finds the request. */
export const MessageId = z.union([z.string().max(128), z.number()]);
export type MessageId = z.infer<typeof MessageId>;

/** The envelope of a request: a text frame of JSON. */
export const ClientMessage = z.looseObject({
  event: z.string(),
  data: z.looseObject({}),
  id: MessageId.optional(),
});
export type ClientMessage = z.infer<typeof ClientMessage>;

const rowId = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Every filter is optional. Without `limit`: at most 1,000 calls. Live calls first, then finished ones, then stale ones. */
export const ListCalls = z.looseObject({
  params: z
    .strictObject({
      id: rowId.optional().describe('id of a call: only this call'),
      state: callState.optional(),
      aggregate_id: identifier.optional(),
      queue: identifier.optional(),
      direction: identifier.optional(),
      limit: z.number().int().min(1).max(1_000).optional(),
      before: rowId.optional().describe('id of a call: only calls created before it'),
    })
    .nullish()
    .transform((params) => params ?? {}),
});

/** The newest events of a call, at most 1,000 and 2 MiB of them. With `before`, the newest that are older. */
export const ListCallEvents = z.looseObject({
  call_id: identifier,
  before: rowId.optional().describe('id of an event: only events before it'),
});

/** The calls to subscribe to. Default: of every state; of every queue, and without a queue. */
export const Subscribe = z.looseObject({
  states: z.array(callState).min(1).max(5).optional(),
  queues: z.array(identifier).min(1).max(100).optional(),
  cursor: z
    .string()
    .max(4_096)
    .optional()
    .describe('The last cursor received: the snapshot has only what changed since'),
});
export type Subscribe = z.infer<typeof Subscribe>;

export const WatchCall = z.looseObject({ call_id: identifier });

const delta = z
  .boolean()
  .optional()
  .describe('true: the whole list comes in parts, and then only what changes. Without it, a list of over 2 MiB fails');

/** The queues now and their totals of today: once, and then after each change, at most once a second. */
export const WatchQueues = z.looseObject({ delta });
export type WatchQueues = z.infer<typeof WatchQueues>;
/** What agents do: once, and after each change. `queues`: only agents of these. */
export const WatchAgents = z.looseObject({ queues: z.array(identifier).min(1).max(100).optional(), delta });
export type WatchAgents = z.infer<typeof WatchAgents>;

/** The names of queues and agents: once, and after each change. */
export const WatchNames = z.looseObject({});

/** The first token of a socket, or a new one. The scope is that of the last token. One that is too long is refused like any other wrong one. */
export const Authenticate = z.looseObject({ token: z.string().min(1).describe('At most 8,192 characters') });

/** Schemas of the data of each request, by event. */
export const requestData = {
  ListCalls,
  ListCallEvents,
  Subscribe,
  Unsubscribe: z.looseObject({}),
  WatchCall,
  UnwatchCall: WatchCall,
  WatchQueues,
  UnwatchQueues: z.looseObject({}),
  WatchAgents,
  UnwatchAgents: z.looseObject({}),
  WatchNames,
  UnwatchNames: z.looseObject({}),
  GetBoard,
  Authenticate,
} as const;
export type RequestEvent = keyof typeof requestData;

/** Requests of old dashboards, which take the `data` of an answer for a list, whatever its status. */
export const listEvents = ['ListCalls', 'ListCallEvents'] as const satisfies readonly RequestEvent[];
type ListEvent = (typeof listEvents)[number];
const isNoList = (event: string): event is Exclude<RequestEvent, ListEvent> =>
  !listEvents.some((list) => list === event);

/** Why a request failed. */
export const Failed = z.object({ success: z.literal(false), error: z.string() });
export type Failed = z.infer<typeof Failed>;

const failed = { status: z.literal('Failed'), error: z.string(), id: MessageId.optional() };

const ok = { status: z.literal('Ok'), id: MessageId.optional() };

/** Of frames that come repeatedly, only the first answers a request. */
const firstOk = { status: z.literal('Ok').optional(), id: MessageId.optional() };

const now = z.number().describe("The gateway's clock, ms since 1970: for timers on a screen");
const asOf = z.number().describe('The board was true at this time, ms since 1970');
const lag = z.number().int().describe('Records of the log that the board does not have yet');
const cursor = z.string().describe('Opaque; only in the last frame of a snapshot or of a group of deltas');
const gone = z.array(z.string()).describe('call_ids that no longer match or have left the board');

/**
 * The answer to `Subscribe`, in `parts` numbered from 1: every call that matches the filter; with a cursor, those that changed
 * since. `reset`: the gateway could not resume from the cursor, so all parts together replace the client's calls.
 */
const SnapshotData = z.object({
  calls: z.array(LiveCall),
  gone: gone.optional(),
  cursor: cursor.optional(),
  as_of: asOf,
  now,
  lag,
  part: z.number().int().min(1),
  parts: z.number().int().min(1),
  reset: z.literal(true).optional(),
  projection_version: z
    .number()
    .int()
    .optional()
    .describe('Projection version of the gateway: a page of another version must be reloaded'),
});
const CallsChangedData = z.object({ calls: z.array(LiveCall), gone, cursor: cursor.optional() });

/** Of a list that is watched with `delta`: all parts together replace the list. */
const listPart = { part: z.number().int().min(1).optional(), parts: z.number().int().min(1).optional() };
/** Items that changed, as they are now. */
const QueuesChanged = Queues.omit({ more: true }).extend({
  gone: z.array(z.string()).describe('Queues that are no longer in the list'),
});
const AgentsChanged = Agents.omit({ more: true }).extend({
  gone: z.array(z.string()).describe('`actor` of agents who are no longer in the list'),
});

/** Every frame that the server sends. */
export const ServerMessage = z.union([
  z.object({ event: z.literal('Welcome'), data: z.literal('Welcome'), status: z.literal('Ok') }),
  z.object({ event: z.literal('DataChanged'), data: z.strictObject({}), status: z.literal('Ok') }),
  z.object({ event: z.literal('ListCalls'), data: z.array(ListedCall), more, ...ok }),
  z.object({ event: z.literal('ListCallEvents'), data: z.array(ListedEvent), more, ...ok }),
  z.object({ event: z.literal('Snapshot'), data: SnapshotData, ...ok }),
  z.object({ event: z.literal('CallsChanged'), data: CallsChangedData }),
  z.object({ event: z.literal('Heartbeat'), data: z.object({ as_of: asOf, now, lag }) }),
  z.object({ event: z.literal('Unsubscribe'), data: z.strictObject({}), ...ok }),
  z.object({
    event: z.literal('CallEvents'),
    data: z.object({ call_id: z.string(), events: z.array(ListedEvent), more }),
    ...ok,
  }),
  z.object({ event: z.literal('CallEventAdded'), data: z.object({ call_id: z.string(), event: ListedEvent }) }),
  z.object({ event: z.literal('UnwatchCall'), data: z.object({ call_id: z.string() }), ...ok }),
  z.object({ event: z.literal('Queues'), data: Queues.omit({ more: true }).extend(listPart), ...firstOk }),
  z.object({ event: z.literal('QueuesChanged'), data: QueuesChanged }),
  z.object({ event: z.literal('Agents'), data: Agents.omit({ more: true }).extend(listPart), ...firstOk }),
  z.object({ event: z.literal('AgentsChanged'), data: AgentsChanged }),
  z.object({ event: z.literal('Names'), data: Names, ...firstOk }),
  z.object({ event: z.enum(['UnwatchQueues', 'UnwatchAgents', 'UnwatchNames']), data: z.strictObject({}), ...ok }),
  z.object({ event: z.literal('GetBoard'), data: PastBoard, ...ok }),
  z.object({
    event: z.literal('Authenticated'),
    data: z.object({ expires_at: z.number().nullable().describe('ms since 1970; null: never') }),
    ...ok,
  }),
  z.object({ event: z.enum(listEvents), data: z.array(z.unknown()).length(0), ...failed }),
  z.object({
    event: z.enum([...Object.keys(requestData).filter(isNoList), 'InvalidEvent', 'InvalidMessage']),
    data: Failed,
    ...failed,
  }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;

/** Why the server closes a socket. 4000–4499: reconnect. 4500–4999: do not reconnect with the same token, cursor or code. */
export const closeCodes = {
  stopping: { code: 4000, reason: 'The gateway is stopping: reconnect.' },
  slow: { code: 4008, reason: 'The client reads too slowly: reconnect.' },
  unresponsive: { code: 4009, reason: 'The client did not answer a ping: reconnect.' },
  ahead: { code: 4010, reason: 'The cursor is ahead of this gateway: reconnect in a moment.' },
  loading: { code: 4011, reason: 'The board is not loaded yet: reconnect in a moment.' },
  busy: { code: 4012, reason: 'The gateway is too busy to send the board: reconnect in a moment.' },
  keysAway: { code: 4013, reason: 'The keys of tokens are unavailable: reconnect.' },
  internal: { code: 4014, reason: 'A bug of the gateway, whose log has the cause: reconnect.' },
  full: { code: 4029, reason: 'Too many connections: reconnect later.' },
  expired: { code: 4401, reason: 'The token has expired: reconnect with a new one.' },
  denied: { code: 4501, reason: 'The token is wrong: connect with another one.' },
  unauthenticated: { code: 4502, reason: 'No token arrived in time: connect with a token.' },
  flood: { code: 4529, reason: 'Too many messages: send fewer.' },
  olderCursor: {
    code: 4504,
    reason: 'The cursor is of an older version: reload the page, or subscribe without cursor.',
  },
  notText: { code: 4503, reason: 'Only text frames of JSON are allowed.' },
} as const satisfies Record<string, { code: number; reason: string }>;
export type CloseCause = keyof typeof closeCodes;
