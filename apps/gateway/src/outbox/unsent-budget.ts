import { getHeapStatistics } from 'node:v8';

/** Something that takes memory until it is sent. Its size does not change. */
export interface Sized {
  readonly byteLength: number;
}

/** A client that something is kept for. */
export interface Recipient {
  /** The budget is exceeded, and most of it is kept for this client. */
  readonly close: () => void;
  /** The client was closed and has not disconnected, and what closing clients hold is too much as well. */
  readonly terminate: () => void;
}

/** The budget as a part of the heap limit. The bytes themselves are outside of the heap. */
const heapShare = 1 / 8;
/** Load shedding closes clients until so much of the budget is used, so that it is not exceeded again at once. */
const shedTo = 0.9;
/** Clients that are being closed keep what was written to them, for two seconds at most: of that, this part of the budget. */
const closingShare = 1 / 2;

/** Most bytes that may be unsent, of all clients: about 88 MB with `--max-old-space-size=512`. */
export const unsentBytesMaxOfHeap = (): number => Math.floor(getHeapStatistics().heap_size_limit * heapShare);

export interface UnsentBudgetOptions {
  readonly bytesMax: number;
  /** Clients were closed because so many bytes were unsent. */
  readonly onShed: (shed: { readonly bytes: number; readonly closed: number }) => void;
}

/**
 * All that is unsent, of all clients; what several clients share counts once. Beyond the budget, those that hold most are
 * closed. A shared item counts for each client by its share of it: closing one of many frees next to nothing.
 */
export class UnsentBudget {
  readonly bytesMax: number;
  readonly #onShed: UnsentBudgetOptions['onShed'];
  /** How many clients hold an item. */
  readonly #holders = new Map<Sized, number>();
  readonly #shares = new Set<UnsentShare>();
  /** Bytes of the clients that are being closed, oldest first. */
  readonly #closing = new Map<UnsentShare, number>();
  #bytes = 0;
  #closingBytes = 0;

  constructor({ bytesMax, onShed }: UnsentBudgetOptions) {
    this.bytesMax = bytesMax;
    this.#onShed = onShed;
  }

  /** Unsent bytes, without those of clients that are being closed. */
  bytes(): number {
    return this.#bytes;
  }

  open(recipient: Recipient): UnsentShare {
    return new UnsentShare(this, recipient);
  }

  /** @internal */
  hold(item: Sized, share: UnsentShare): void {
    this.#shares.add(share);
    const holders = this.#holders.get(item) ?? 0;
    this.#holders.set(item, holders + 1);
    if (holders > 0) return;
    this.#bytes += item.byteLength;
    if (this.#bytes > this.bytesMax) this.#shed();
  }

  /** @internal */
  release(item: Sized): void {
    const holders = (this.#holders.get(item) ?? 1) - 1;
    if (holders > 0) return void this.#holders.set(item, holders);
    this.#holders.delete(item);
    this.#bytes -= item.byteLength;
  }

  /** @internal The share is empty. */
  removeShare(share: UnsentShare): void {
    this.#shares.delete(share);
  }

  /** @internal The client has disconnected. */
  removeClosing(share: UnsentShare): void {
    this.#closingBytes -= this.#closing.get(share) ?? 0;
    this.#closing.delete(share);
  }

  #shed(): void {
    const bytes = this.#bytes;
    let closed = 0;
    const shares = [...this.#shares].map((share) => ({ share, weight: this.#weightOf(share) }));
    for (const { share } of shares.toSorted((a, b) => b.weight - a.weight)) {
      if (this.#bytes <= this.bytesMax * shedTo) break;
      this.#close(share);
      closed++;
    }
    this.#onShed({ bytes, closed });
  }

  #weightOf(share: UnsentShare): number {
    return share.items().reduce((sum, item) => sum + item.byteLength / (this.#holders.get(item) ?? 1), 0);
  }

  #close(share: UnsentShare): void {
    this.#closing.set(share, share.bytes());
    this.#closingBytes += share.bytes();
    share.end();
    share.recipient.close();
    for (const oldest of this.#closing.keys()) {
      if (this.#closingBytes <= this.bytesMax * closingShare) break;
      this.removeClosing(oldest);
      oldest.recipient.terminate();
    }
  }
}

/** What is unsent of one client. */
export class UnsentShare {
  readonly recipient: Recipient;
  readonly #budget: UnsentBudget;
  /** How often the client holds an item. */
  readonly #items = new Map<Sized, number>();
  #bytes = 0;
  #hasEnded = false;

  constructor(budget: UnsentBudget, recipient: Recipient) {
    this.#budget = budget;
    this.recipient = recipient;
  }

  bytes(): number {
    return this.#bytes;
  }

  items(): MapIterator<Sized> {
    return this.#items.keys();
  }

  /** Holds an item, once more if it is held already. */
  add(item: Sized): void {
    if (this.#hasEnded) return;
    const times = this.#items.get(item) ?? 0;
    this.#items.set(item, times + 1);
    if (times > 0) return;
    this.#bytes += item.byteLength;
    this.#budget.hold(item, this);
  }

  /** Releases an item once. Does nothing if it is not held. */
  remove(item: Sized): void {
    const times = this.#items.get(item);
    if (times === undefined) return;
    if (times > 1) return void this.#items.set(item, times - 1);
    this.#items.delete(item);
    this.#bytes -= item.byteLength;
    this.#budget.release(item);
    if (this.#items.size === 0) this.#budget.removeShare(this);
  }

  /** Releases everything, and holds nothing from now on. */
  end(): void {
    this.#hasEnded = true;
    for (const item of this.#items.keys()) this.#budget.release(item);
    this.#items.clear();
    this.#bytes = 0;
    this.#budget.removeShare(this);
  }

  /** The client has disconnected. */
  gone(): void {
    this.end();
    this.#budget.removeClosing(this);
  }
}
