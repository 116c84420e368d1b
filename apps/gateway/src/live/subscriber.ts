import type { Subscribe } from '@callstream/contracts';
import type { SocketClient } from '../outbox/socket-client.ts';
import type { Backlog } from './backlog.ts';
import type { CallFilter } from './call-filter.ts';

/** The subscribers with equal filters: a delta is made once for all of them. */
export interface SubscriberGroup {
  readonly request: Pick<Subscribe, 'states' | 'queues'>;
  readonly filter: CallFilter;
  readonly members: Set<Subscriber>;
  /** When they were last sent a cursor, in ms, monotonic. */
  cursorAt: number;
}

/**
 * What a subscriber is being sent.
 *
 * ```
 *            send                 room: the next parts
 *  idle ───────────────▶ sending ◀──────┐
 *   ▲                     │ │ └─────────┘
 *   │   last part sent    │ └─ send: the new backlog replaces the rest of the old one
 *   └─────────────────────┘
 * ```
 */
type SendState =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'sending';
      readonly backlog: Backlog;
      /** From 0. */
      nextPart: number;
      /** Goes before each part of a snapshot: the rest of a part is shared with other clients. */
      readonly head: (() => Buffer) | null;
    };

/** A client that is sent the changes of the board. */
export interface Subscriber {
  readonly client: SocketClient;
  readonly group: SubscriberGroup;
  state: SendState;
  /** Revision of the board that the client knows once it has been sent everything. */
  revision: number;
  /**
   * Of a client with a restricted scope: all backlogs since its last snapshot, until it is up to date. They tell which calls it
   * may show, as it must not hear that others are gone.
   */
  sentBacklogs: readonly Backlog[];
}

const idle: SendState = { kind: 'idle' };
const noBacklogs: readonly Backlog[] = [];

export const newSubscriber = (client: SocketClient, group: SubscriberGroup): Subscriber => ({
  client,
  group,
  state: idle,
  revision: 0,
  sentBacklogs: noBacklogs,
});

/** The backlog that the client has not been sent completely; null if it has been sent everything. */
export const unsentBacklog = ({ state }: Subscriber): Backlog | null =>
  state.kind === 'sending' ? state.backlog : null;

/** Sends a backlog as far as the client takes it, in place of the rest of the one before. @param head of a snapshot */
export function send(subscriber: Subscriber, backlog: Backlog, head: (() => Buffer) | null): void {
  const { client, group, sentBacklogs } = subscriber;
  releaseUnsent(subscriber);
  subscriber.state = { kind: 'sending', backlog, nextPart: 0, head };
  subscriber.revision = backlog.revision;
  // Complete only from a snapshot on: without one, it is not known what the client shows.
  const isRemembered = !group.filter.isUnrestricted && (head !== null || sentBacklogs.length > 0);
  if (isRemembered) subscriber.sentBacklogs = [...sentBacklogs, backlog];
  sendParts(subscriber);
  // Most clients take all of it at once: then nothing has to be held.
  if (isRemembered || unsentBacklog(subscriber) === backlog) client.hold(backlog);
}

/** Sends the next parts of the backlog, as many as the client takes. */
export function sendParts(subscriber: Subscriber): void {
  const { client, state } = subscriber;
  if (state.kind === 'idle') return;
  const { backlog, head } = state;
  while (state.nextPart < backlog.parts && client.hasRoom()) {
    const part = backlog.part(state.nextPart++);
    client.write(head ? [head(), part] : [part]);
  }
  if (state.nextPart < backlog.parts) return;
  subscriber.state = idle;
  if (!subscriber.sentBacklogs.includes(backlog)) client.release(backlog);
}

/** The client is up to date: the next delta can be made without knowing what it was sent. */
export function forgetSentBacklogs(subscriber: Subscriber): void {
  for (const backlog of subscriber.sentBacklogs) subscriber.client.release(backlog);
  subscriber.sentBacklogs = noBacklogs;
}

/** Nothing is held for the client any more. */
export function releaseAll(subscriber: Subscriber): void {
  releaseUnsent(subscriber);
  forgetSentBacklogs(subscriber);
}

function releaseUnsent(subscriber: Subscriber): void {
  const backlog = unsentBacklog(subscriber);
  if (backlog) subscriber.client.release(backlog);
}
