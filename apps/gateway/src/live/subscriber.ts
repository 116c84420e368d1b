import type { Subscribe } from '@callstream/contracts';
import { PartSender } from '../outbox/part-sender.ts';
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

/** A client that is sent the changes of the board. */
export interface Subscriber {
  readonly client: SocketClient;
  readonly group: SubscriberGroup;
  readonly sender: PartSender<Backlog>;
  /** Revision of the board that the client knows once it has been sent everything. */
  revision: number;
  /**
   * Of a client with a restricted scope: all backlogs since its last snapshot, until it is up to date. They tell which calls it
   * may show, as it must not hear that others are gone.
   */
  sentBacklogs: readonly Backlog[];
  /**
   * It was sent parts after `revision`, so it may show a call that came and went between two ticks. The delta of a tick has no
   * such call: the client needs one of its own.
   */
  mayShowLater: boolean;
}

const noBacklogs: readonly Backlog[] = [];

export const newSubscriber = (client: SocketClient, group: SubscriberGroup): Subscriber => ({
  client,
  group,
  sender: new PartSender(),
  revision: 0,
  sentBacklogs: noBacklogs,
  mayShowLater: false,
});

/** The backlog that the client has not been sent completely; null if it has been sent everything. */
export const unsentBacklog = ({ sender }: Subscriber): Backlog | null => sender.unsent();

/** Sends a backlog as far as the client takes it, in place of the rest of the one before. @param head of a snapshot */
export function send(subscriber: Subscriber, backlog: Backlog, head: (() => Buffer) | null): void {
  const { client, group, sender, sentBacklogs } = subscriber;
  releaseUnsent(subscriber);
  // The rest of a part of a snapshot is shared with other clients.
  sender.begin(backlog, (part) => (head ? [head(), part] : [part]));
  subscriber.revision = backlog.revision;
  subscriber.mayShowLater = false;
  // Complete only from a snapshot on: without one, it is not known what the client shows.
  const isRemembered = !group.filter.isUnrestricted && (head !== null || sentBacklogs.length > 0);
  if (isRemembered) subscriber.sentBacklogs = [...sentBacklogs, backlog];
  sendParts(subscriber);
  // Most clients take all of it at once: then nothing has to be held.
  if (isRemembered || unsentBacklog(subscriber) === backlog) client.hold(backlog);
}

/** Sends the next parts of the backlog: now as many as the client takes and there is time for, and the others later. */
export function sendParts(subscriber: Subscriber): void {
  if (unsentBacklog(subscriber)?.isOutdated()) subscriber.mayShowLater = true;
  const sent = subscriber.sender.sendParts(subscriber.client, () => sendParts(subscriber));
  if (sent && !subscriber.sentBacklogs.includes(sent)) subscriber.client.release(sent);
}

/** The client is up to date: the next delta can be made without knowing what it was sent. */
export function forgetSentBacklogs(subscriber: Subscriber): void {
  for (const backlog of subscriber.sentBacklogs) subscriber.client.release(backlog);
  subscriber.sentBacklogs = noBacklogs;
}

/** Nothing is held for the client any more, and nothing more is sent. */
export function releaseAll(subscriber: Subscriber): void {
  releaseUnsent(subscriber);
  subscriber.sender.end();
  forgetSentBacklogs(subscriber);
}

function releaseUnsent(subscriber: Subscriber): void {
  const backlog = unsentBacklog(subscriber);
  if (backlog) subscriber.client.release(backlog);
}
