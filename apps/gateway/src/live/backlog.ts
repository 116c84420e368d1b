import type { CallBoard, BoardEntry } from '../board/board.ts';
import type { Sized } from '../outbox/unsent-budget.ts';
import type { CallFilter } from './call-filter.ts';
import type { PartCache } from './part-cache.ts';
import type { PartText } from './parts.ts';
import type { Delta } from './delta.ts';

/** Bytes of a reference. */
const referenceBytes = 8;

export interface BacklogOptions {
  readonly board: CallBoard;
  readonly told: Delta;
  readonly filter: Pick<CallFilter, 'matches' | 'masked'>;
  readonly text: PartText;
  readonly cache: PartCache;
}

/**
 * What clients are to be told, part by part as they take it. What waits for them is a list of calls and not their text: each
 * part is made when somebody takes it, of the calls as they are then. All parts together tell at least what was true at
 * `revision`; what changed since is to be told after them, and may have been told already, which is the same.
 */
export class Backlog implements Sized {
  /** Of the board, when it was begun. */
  readonly revision: number;
  readonly parts: number;
  readonly byteLength: number;
  readonly entries: readonly BoardEntry[];
  readonly #options: BacklogOptions;
  /** How many of `entries`, from the first on, had gone or did not match when it was begun. */
  readonly #gone: number;
  /** Where each part ends in `entries`. */
  readonly #ends: readonly number[];
  readonly #name: string;
  /** Of a backlog with only one. */
  #only: Buffer | null = null;

  constructor(options: BacklogOptions) {
    const { board, told, cache } = options;
    this.#options = options;
    this.revision = board.revision();
    this.entries = [...told.gone, ...told.calls];
    this.#gone = told.gone.length;
    const { ends, bytes } = this.#plan();
    this.#ends = ends;
    this.parts = ends.length;
    this.byteLength = this.entries.length * referenceBytes + (this.parts === 1 ? bytes : 0);
    this.#name = this.parts === 1 ? '' : cache.nextName();
  }

  /** @param i from 0 */
  part(i: number): Buffer {
    if (this.parts === 1) return (this.#only ??= this.#make(0));
    return this.#options.cache.get(`${this.#name} ${i}`, () => this.#make(i));
  }

  /** Cuts it into parts by the length of the text as it is now; at least one, if empty. */
  #plan(): { readonly ends: number[]; readonly bytes: number } {
    const { cache } = this.#options;
    const ends: number[] = [];
    let bytes = 0;
    for (const [i, entry] of this.entries.entries()) {
      const length = (i < this.#gone ? goneBytes(entry) : this.#callBytes(entry)) + 1;
      if (bytes > 0 && bytes + length > cache.partBytesMax) {
        ends.push(i);
        bytes = 0;
      }
      bytes += length;
    }
    if (bytes > 0 || ends.length === 0) ends.push(this.entries.length);
    return { ends, bytes };
  }

  #make(i: number): Buffer {
    const { board, filter, text, cache } = this.#options;
    const calls: string[] = [];
    const gone: string[] = [];
    let changedBytes = 0;
    const begin = this.#ends[i - 1] ?? 0;
    for (const [j, entry] of this.entries.slice(begin, this.#ends[i]).entries()) {
      const hasChanged = entry.revision > this.revision;
      const isCall = hasChanged ? filter.matches(entry.call) : begin + j >= this.#gone;
      if (hasChanged) changedBytes += isCall ? this.#callBytes(entry) : goneBytes(entry);
      // Of calls that say more by now no more than as much again: the others are told afterwards.
      if (hasChanged && changedBytes > cache.partBytesMax) continue;
      if (isCall) calls.push(board.json(entry, filter.masked));
      else gone.push(JSON.stringify(entry.callId));
    }
    return Buffer.from(text({ calls: calls.join(), gone: gone.join(), nth: i + 1, parts: this.parts }));
  }

  #callBytes(entry: BoardEntry): number {
    const { board, filter } = this.#options;
    const text = board.json(entry, filter.masked);
    return filter.masked ? Buffer.byteLength(text) : entry.bytes;
  }
}

const goneBytes = ({ callId }: BoardEntry): number => Buffer.byteLength(JSON.stringify(callId));
