import type { SocketClient } from '../outbox/socket-client.ts';
import { createCallFilter } from './call-filter.ts';
import type { CallFilter } from './call-filter.ts';
import { newSubscriber, releaseAll } from './subscriber.ts';
import type { Subscriber, SubscriberGroup } from './subscriber.ts';

/** Larger filters count as held for each client: one with a hundred long queue names has 150,000 bytes. In bytes. */
const smallFilterBytes = 4_096;

/** All subscribers, grouped by their filter. */
export class SubscriberGroups {
  readonly #groups = new Map<string, SubscriberGroup>();
  readonly #subscribers = new Map<SocketClient, Subscriber>();
  readonly #onSize: (subscribers: number) => void;

  constructor(onSize: (subscribers: number) => void) {
    this.#onSize = onSize;
  }

  get(client: SocketClient): Subscriber | undefined {
    return this.#subscribers.get(client);
  }

  all(): Iterable<SubscriberGroup> {
    return this.#groups.values();
  }

  /** Adds a client that is in no group. Its filter is of the scope that it has now. */
  join(client: SocketClient, { states, queues }: SubscriberGroup['request']): Subscriber {
    const request = { states, queues };
    const group = this.#groupOf(request, createCallFilter(request, client.scope()));
    const subscriber = newSubscriber(client, group);
    this.#subscribers.set(client, subscriber);
    group.members.add(subscriber);
    if (group.filter.byteLength > smallFilterBytes) client.hold(group.filter);
    this.#onSize(this.#subscribers.size);
    return subscriber;
  }

  leave(client: SocketClient): void {
    const subscriber = this.#subscribers.get(client);
    if (!subscriber) return;
    this.#subscribers.delete(client);
    releaseAll(subscriber);
    const { filter, members } = subscriber.group;
    client.release(filter);
    members.delete(subscriber);
    if (members.size === 0) this.#groups.delete(filter.key);
    this.#onSize(this.#subscribers.size);
  }

  #groupOf(request: SubscriberGroup['request'], filter: CallFilter): SubscriberGroup {
    const known = this.#groups.get(filter.key);
    if (known) return known;
    const group = { request, filter, members: new Set<Subscriber>(), cursorAt: performance.now() };
    this.#groups.set(filter.key, group);
    return group;
  }
}
