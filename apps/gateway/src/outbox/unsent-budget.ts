import { getHeapStatistics } from 'node:v8';

/** Something that takes memory until somebody has read it. Its size does not change. */
export interface Sized {
  readonly byteLength: number;
}

/** Who is to read it. */
export interface Recipient {
  /** Too much waits, and most of it for this one. */
  readonly close: () => void;
  /** It was closed, and still has not gone. */
  readonly cutOff: () => void;
}

/** Part of the limit of the heap that may wait to be sent. The bytes themselves are outside of the heap. */
const heapShare = 1 / 8;
/** When it is too much, readers are closed (load shedding) until this part of it is left, so that it is not too much again at once. */
const shedTo = 0.9;
/** Readers that are being closed still have what was written to them, for two seconds at most: of that, this part again. */
const leavingShare = 1 / 2;

/** Most that may wait to be sent, in bytes: about 88 MB with `--max-old-space-size=512`. */
export const unsentBytesMaxOfHeap = (): number => Math.floor(getHeapStatistics().heap_size_limit * heapShare);

export interface UnsentBudgetOptions {
  readonly bytesMax: number;
  /** It was too much: how much, and how many readers were closed. */
  readonly onShed: (shed: { readonly bytes: number; readonly closed: number }) => void;
}

/**
 * All that waits to be sent, to whomever: what is shared counts once. When it is too much, those for whom most waits are
 * closed until it is not; of what is shared each has its share, as closing one of many frees next to nothing.
 */
export class UnsentBudget {
  readonly bytesMax: number;
  readonly #onShed: UnsentBudgetOptions['onShed'];
  readonly #holders = new Map<Sized, number>();
  readonly #readers = new Set<UnsentShare>();
  readonly #leaving = new Map<UnsentShare, number>();
  #bytes = 0;
  #leavingBytes = 0;

  constructor({ bytesMax, onShed }: UnsentBudgetOptions) {
    this.bytesMax = bytesMax;
    this.#onShed = onShed;
  }

  /** Without what waits for those who are being closed. */
  bytes(): number {
    return this.#bytes;
  }

  open(reader: Recipient): UnsentShare {
    return new UnsentShare(this, reader);
  }

  /** @internal */
  hold(thing: Sized, holdings: UnsentShare): void {
    this.#readers.add(holdings);
    const holders = this.#holders.get(thing) ?? 0;
    this.#holders.set(thing, holders + 1);
    if (holders > 0) return;
    this.#bytes += thing.byteLength;
    if (this.#bytes > this.bytesMax) this.#shed();
  }

  /** @internal */
  release(thing: Sized): void {
    const holders = (this.#holders.get(thing) ?? 1) - 1;
    if (holders > 0) return void this.#holders.set(thing, holders);
    this.#holders.delete(thing);
    this.#bytes -= thing.byteLength;
  }

  /** @internal It holds nothing any more. */
  forget(holdings: UnsentShare): void {
    this.#readers.delete(holdings);
  }

  /** @internal It has gone. */
  left(holdings: UnsentShare): void {
    this.#leavingBytes -= this.#leaving.get(holdings) ?? 0;
    this.#leaving.delete(holdings);
  }

  #shed(): void {
    const bytes = this.#bytes;
    let closed = 0;
    const shares = [...this.#readers].map((holdings) => ({ holdings, share: this.#shareOf(holdings) }));
    for (const { holdings } of shares.toSorted((a, b) => b.share - a.share)) {
      if (this.#bytes <= this.bytesMax * shedTo) break;
      this.#close(holdings);
      closed++;
    }
    this.#onShed({ bytes, closed });
  }

  #shareOf(holdings: UnsentShare): number {
    return holdings.things().reduce((sum, thing) => sum + thing.byteLength / (this.#holders.get(thing) ?? 1), 0);
  }

  #close(holdings: UnsentShare): void {
    this.#leaving.set(holdings, holdings.bytes());
    this.#leavingBytes += holdings.bytes();
    holdings.end();
    holdings.reader.close();
    for (const oldest of this.#leaving.keys()) {
      if (this.#leavingBytes <= this.bytesMax * leavingShare) break;
      this.left(oldest);
      oldest.reader.cutOff();
    }
  }
}

/** What waits for one reader. */
export class UnsentShare {
  readonly reader: Recipient;
  readonly #unsent: UnsentBudget;
  readonly #things = new Map<Sized, number>();
  #bytes = 0;
  #isOver = false;

  constructor(unsent: UnsentBudget, reader: Recipient) {
    this.#unsent = unsent;
    this.reader = reader;
  }

  bytes(): number {
    return this.#bytes;
  }

  things(): MapIterator<Sized> {
    return this.#things.keys();
  }

  /** Something waits for it: once more, if it did already. */
  add(thing: Sized): void {
    if (this.#isOver) return;
    const times = this.#things.get(thing) ?? 0;
    this.#things.set(thing, times + 1);
    if (times > 0) return;
    this.#bytes += thing.byteLength;
    this.#unsent.hold(thing, this);
  }

  /** It waits no more; nothing happens if it did not. */
  remove(thing: Sized): void {
    const times = this.#things.get(thing);
    if (times === undefined) return;
    if (times > 1) return void this.#things.set(thing, times - 1);
    this.#things.delete(thing);
    this.#bytes -= thing.byteLength;
    this.#unsent.release(thing);
    if (this.#things.size === 0) this.#unsent.forget(this);
  }

  /** Nothing waits for it any more, and nothing will. */
  end(): void {
    this.#isOver = true;
    for (const thing of this.#things.keys()) this.#unsent.release(thing);
    this.#things.clear();
    this.#bytes = 0;
    this.#unsent.forget(this);
  }

  /** The reader has gone. */
  gone(): void {
    this.end();
    this.#unsent.left(this);
  }
}
