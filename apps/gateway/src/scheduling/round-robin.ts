import type { FairQueueLimits, Ticket } from './fair-queue.ts';
import type { Requester } from './requester.ts';

/** The requests of one connection, oldest first. */
interface ConnectionQueue {
  readonly tickets: Set<Ticket>;
  running: number;
}

/** The connections of one address. */
interface AddressQueue {
  readonly connections: Map<object, ConnectionQueue>;
  waiting: number;
  running: number;
}

type RoundRobinLimits = Pick<
  FairQueueLimits,
  'running' | 'runningPerAddress' | 'runningPerConnection' | 'waitingPerConnection'
>;

/**
 * Who waits, and who has a slot. Maps keep the order in which their keys were set: a requester that got a turn is set again, and so is
 * last. An address at its limit stays in front and is skipped; there are never more of these than running tasks.
 */
export class RoundRobin {
  readonly #limits: RoundRobinLimits;
  readonly #addresses = new Map<string, AddressQueue>();
  #waiting = 0;
  #running = 0;

  constructor(limits: RoundRobinLimits) {
    this.#limits = limits;
  }

  waiting(): number {
    return this.#waiting;
  }

  add(ticket: Ticket): void {
    const { address, connection } = this.#getOrAdd(ticket.requester);
    connection.tickets.add(ticket);
    address.waiting++;
    this.#waiting++;
  }

  remove(ticket: Ticket): void {
    const { address, connection } = this.#getOrAdd(ticket.requester);
    if (connection.tickets.delete(ticket)) {
      address.waiting--;
      this.#waiting--;
    }
    this.#deleteIfEmpty(ticket.requester, address, connection);
  }

  /** Takes a slot, until the returned function is called. */
  takeSlot(requester: Requester): () => void {
    const { address, connection } = this.#getOrAdd(requester);
    const add = (count: 1 | -1): void => {
      this.#running += count;
      address.running += count;
      connection.running += count;
    };
    add(1);
    return () => {
      add(-1);
      this.#deleteIfEmpty(requester, address, connection);
    };
  }

  /** The request whose turn it is; undefined if none may run now. Its connection and its address become the last in the order. */
  next(): Ticket | undefined {
    if (this.#running >= this.#limits.running) return undefined;
    for (const [name, address] of this.#addresses) {
      if (address.waiting === 0 || address.running >= this.#limits.runningPerAddress) continue;
      for (const [key, connection] of address.connections) {
        const [oldest] = connection.tickets;
        if (oldest === undefined || connection.running >= this.#limits.runningPerConnection) continue;
        // A client that has disconnected must not cost its address a turn.
        if (!oldest.requester.isGone()) {
          moveToEnd(address.connections, key, connection);
          moveToEnd(this.#addresses, name, address);
        }
        return oldest;
      }
    }
    return undefined;
  }

  /** The oldest request of the ticket's connection, if too many of it wait. */
  oldestOverLimit({ requester }: Ticket): Ticket | undefined {
    const { tickets } = this.#getOrAdd(requester).connection;
    return tickets.size > this.#limits.waitingPerConnection ? [...tickets][0] : undefined;
  }

  /** The oldest request of the longest connection of the address with most requests; among equals, of the newcomer's own. */
  oldestOfLongest(newcomer: Ticket): Ticket {
    const own = this.#getOrAdd(newcomer.requester);
    let longest = own.address;
    for (const address of this.#addresses.values()) if (address.waiting > longest.waiting) longest = address;
    let connection = longest === own.address ? own.connection : emptyQueue();
    for (const candidate of longest.connections.values())
      if (candidate.tickets.size > connection.tickets.size) connection = candidate;
    return [...connection.tickets][0] ?? newcomer;
  }

  #getOrAdd(requester: Requester): { readonly address: AddressQueue; readonly connection: ConnectionQueue } {
    const address = this.#addresses.get(requester.address) ?? emptyAddress();
    if (!this.#addresses.has(requester.address)) this.#addresses.set(requester.address, address);
    const connection = address.connections.get(requester.connection) ?? emptyQueue();
    if (!address.connections.has(requester.connection)) address.connections.set(requester.connection, connection);
    return { address, connection };
  }

  #deleteIfEmpty(requester: Requester, address: AddressQueue, connection: ConnectionQueue): void {
    if (connection.tickets.size + connection.running === 0) address.connections.delete(requester.connection);
    if (address.connections.size === 0) this.#addresses.delete(requester.address);
  }
}

const emptyAddress = (): AddressQueue => ({ connections: new Map(), waiting: 0, running: 0 });

const emptyQueue = (): ConnectionQueue => ({ tickets: new Set(), running: 0 });

function moveToEnd<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  map.delete(key);
  map.set(key, value);
}
