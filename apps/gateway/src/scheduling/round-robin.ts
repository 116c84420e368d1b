import type { Requester } from './requester.ts';
import type { FairQueueLimits, Ticket } from './fair-queue.ts';

/** The requests of one connection, oldest first. */
interface ConnectionQueue {
  readonly tickets: Set<Ticket>;
  running: number;
}

/** The connections of one address. */
interface AddressQueue {
  readonly lines: Map<object, ConnectionQueue>;
  waiting: number;
  running: number;
}

type RoundRobinLimits = Pick<
  FairQueueLimits,
  'running' | 'runningPerAddress' | 'runningPerConnection' | 'waitingPerConnection'
>;

/**
 * Who waits and who is being served. A map keeps the order in which its keys were set: who was served is set again, and is
 * behind all others then. What is at its limit stays in front, and is passed over; there is never more of it than runs.
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
    const { address, line } = this.#ensure(ticket.asker);
    line.tickets.add(ticket);
    address.waiting++;
    this.#waiting++;
  }

  remove(ticket: Ticket): void {
    const { address, line } = this.#ensure(ticket.asker);
    if (line.tickets.delete(ticket)) {
      address.waiting--;
      this.#waiting--;
    }
    this.#forgetIfEmpty(ticket.asker, address, line);
  }

  /** Takes a slot for the asker, until the returned function is called. */
  occupy(asker: Requester): () => void {
    const { address, line } = this.#ensure(asker);
    const add = (count: 1 | -1): void => {
      this.#running += count;
      address.running += count;
      line.running += count;
    };
    add(1);
    return () => {
      add(-1);
      this.#forgetIfEmpty(asker, address, line);
    };
  }

  /** Whose turn it is; undefined if nobody waits who may be served now. The line and its address are behind all others then. */
  next(): Ticket | undefined {
    if (this.#running >= this.#limits.running) return undefined;
    for (const [name, address] of this.#addresses) {
      if (address.waiting === 0 || address.running >= this.#limits.runningPerAddress) continue;
      for (const [connection, line] of address.lines) {
        const [oldest] = line.tickets;
        if (oldest === undefined || line.running >= this.#limits.runningPerConnection) continue;
        // A client that hung up does not cost its address a turn.
        if (!oldest.asker.isGone()) {
          moveToEnd(address.lines, connection, line);
          moveToEnd(this.#addresses, name, address);
        }
        return oldest;
      }
    }
    return undefined;
  }

  /** The oldest request of the connection, if too many of it wait. */
  oldestOverLimit({ asker }: Ticket): Ticket | undefined {
    const { tickets } = this.#ensure(asker).line;
    return tickets.size > this.#limits.waitingPerConnection ? [...tickets][0] : undefined;
  }

  /** The oldest request of the longest line of the address of which most wait; among equals, of the newcomer's own. */
  oldestOfLongest(newcomer: Ticket): Ticket {
    const own = this.#ensure(newcomer.asker);
    let longest = own.address;
    for (const address of this.#addresses.values()) if (address.waiting > longest.waiting) longest = address;
    let { line } = longest === own.address ? own : { line: emptyLine() };
    for (const each of longest.lines.values()) if (each.tickets.size > line.tickets.size) line = each;
    return [...line.tickets][0] ?? newcomer;
  }

  #ensure(asker: Requester): { readonly address: AddressQueue; readonly line: ConnectionQueue } {
    const address = this.#addresses.get(asker.address) ?? {
      lines: new Map<object, ConnectionQueue>(),
      waiting: 0,
      running: 0,
    };
    if (!this.#addresses.has(asker.address)) this.#addresses.set(asker.address, address);
    const line = address.lines.get(asker.connection) ?? emptyLine();
    if (!address.lines.has(asker.connection)) address.lines.set(asker.connection, line);
    return { address, line };
  }

  #forgetIfEmpty(asker: Requester, address: AddressQueue, line: ConnectionQueue): void {
    if (line.tickets.size + line.running === 0) address.lines.delete(asker.connection);
    if (address.lines.size === 0) this.#addresses.delete(asker.address);
  }
}

const emptyLine = (): ConnectionQueue => ({ tickets: new Set(), running: 0 });

function moveToEnd<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  map.delete(key);
  map.set(key, value);
}
