import type { BoardEntry, CallBoard } from '../board/board.ts';
import type { PartCache } from '../outbox/part-cache.ts';
import type { Parted } from '../outbox/part-sender.ts';
import type { PartTurns } from '../outbox/part-turns.ts';
import type { CallFilter } from './call-filter.ts';
import type { Delta } from './delta.ts';
import type { PartText } from './parts.ts';

/** Bytes of a reference. */
const referenceBytes = 8;

export interface BacklogOptions {
  readonly board: CallBoard;
  readonly delta: Delta;
  readonly filter: Pick<CallFilter, 'matches' | 'scope'>;
  readonly text: PartText;
  readonly cache: PartCache;
}

/**
 * A snapshot or a delta that clients take part by part. It holds references to calls and not their text: a part is made when
 * a client takes it, of the calls as they are then. So all parts together say at least what was true at `revision`, and a
 * later change may be sent twice, which changes nothing on the screen.
 */
export class Backlog implements Parted {
  /** Of the board, when the backlog was made. */
  readonly revision: number;
  readonly parts: number;
  readonly byteLength: number;
  readonly entries: readonly BoardEntry[];
  readonly turns: PartTurns;
  readonly #options: BacklogOptions;
  /** The first so many `entries` were gone when the backlog was made. */
  readonly #gone: number;
  /** End of each part in `entries`. */
  readonly #ends: readonly number[];
  /** In the cache; empty if there is only one part. */
  readonly #name: string;
  #onlyPart: Buffer | null = null;

  constructor(options: BacklogOptions) {
    const { board, delta, cache } = options;
    this.#options = options;
    this.turns = cache.turns;
    this.revision = board.revision();
    this.entries = delta.gone.length === 0 ? delta.calls : [...delta.gone, ...delta.calls];
    this.#gone = delta.gone.length;
    const { ends, lastBytes } = this.#split();
    this.#ends = ends;
    this.parts = ends.length;
    this.byteLength = this.entries.length * referenceBytes + (this.parts === 1 ? lastBytes : 0);
    this.#name = this.parts === 1 ? '' : cache.nextName();
  }

  /** Whether a part that is made now may have later calls than those of `revision`. */
  isOutdated(): boolean {
    return this.#options.board.revision() > this.revision;
  }

  part(i: number): Buffer {
    if (this.parts === 1) return (this.#onlyPart ??= this.#make(0));
    return this.#options.cache.get(`${this.#name} ${i}`, () => this.#make(i));
  }

  /** Splits the entries into parts by the length of their text now; at least one part, even if it is empty. */
  #split(): { readonly ends: number[]; readonly lastBytes: number } {
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
    return { ends, lastBytes: bytes };
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
      // Changed calls may have grown: those that do not fit come with the next delta, as they are newer than `revision`.
      if (hasChanged && changedBytes > cache.partBytesMax) continue;
      if (isCall) calls.push(board.text(entry, filter.scope).json);
      else gone.push(JSON.stringify(entry.callId));
    }
    return Buffer.from(text({ calls: calls.join(), gone: gone.join(), part: i + 1, parts: this.parts }));
  }

  #callBytes(entry: BoardEntry): number {
    const { board, filter } = this.#options;
    return board.text(entry, filter.scope).bytes;
  }
}

const goneBytes = ({ callId }: BoardEntry): number => Buffer.byteLength(JSON.stringify(callId));
