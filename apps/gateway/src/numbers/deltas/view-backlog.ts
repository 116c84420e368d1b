import { openField } from '../../open-field.ts';
import type { PartCache } from '../../outbox/part-cache.ts';
import type { Parted } from '../../outbox/part-sender.ts';
import type { PartTurns } from '../../outbox/part-turns.ts';
import type { SizedItem, ViewItems } from './view-items.ts';

/** Bytes of a reference. */
const referenceBytes = 8;

export interface ViewBacklogOptions {
  /** All items of the view, or those that changed. */
  readonly items: readonly SizedItem[];
  readonly isWhole: boolean;
  /** Revision of the view that has these items. */
  readonly revision: number;
  readonly source: PartSource;
  readonly cache: PartCache;
}

/** The view as it is when a part is made. */
export interface PartSource {
  readonly items: ViewItems;
  readonly revision: () => number;
  /** Fields beside the list. */
  readonly head: () => object;
}

/**
 * A whole view or a delta that clients take part by part. It holds ids and not their text: a part is made when a client takes
 * it, of the items as they are then. So all parts together say at least what was true at `revision`, and a later change may be
 * sent twice, which changes nothing on the screen.
 */
export class ViewBacklog implements Parted {
  readonly revision: number;
  readonly isWhole: boolean;
  readonly parts: number;
  readonly byteLength: number;
  readonly turns: PartTurns;
  readonly #ids: readonly string[];
  /** End of each part in `ids`. */
  readonly #ends: readonly number[];
  readonly #source: PartSource;
  readonly #cache: PartCache;
  readonly #name: string;

  constructor({ items, isWhole, revision, source, cache }: ViewBacklogOptions) {
    this.revision = revision;
    this.isWhole = isWhole;
    this.#ids = items.map(({ id }) => id);
    this.#ends = endsOfParts(items, cache.partBytesMax);
    this.parts = this.#ends.length;
    this.byteLength = items.length * referenceBytes;
    this.turns = cache.turns;
    this.#source = source;
    this.#cache = cache;
    this.#name = cache.nextName();
  }

  part(i: number): Buffer {
    return this.#cache.get(`${this.#name} ${i} ${this.#source.revision()}`, () => this.#make(i));
  }

  #make(i: number): Buffer {
    const { items, head } = this.#source;
    const shown: string[] = [];
    const gone: string[] = [];
    for (const id of this.#ids.slice(this.#ends[i - 1] ?? 0, this.#ends[i])) {
      const json = items.json(id);
      if (json === null) gone.push(id);
      else shown.push(json);
    }
    // Of a whole view, the delta that follows says what is gone since.
    const fields = this.isWhole ? { part: i + 1, parts: this.parts } : { gone };
    return Buffer.from(`${openField({ ...head(), ...fields }, items.listName)}[${shown.join()}]}`);
  }
}

/** Ends of parts of about `bytesMax`; at least one part, even if it is empty. */
function endsOfParts(items: readonly SizedItem[], bytesMax: number): number[] {
  const ends: number[] = [];
  let bytes = 0;
  for (const [i, item] of items.entries()) {
    if (bytes > 0 && bytes + item.bytes > bytesMax) {
      ends.push(i);
      bytes = 0;
    }
    bytes += item.bytes + 1;
  }
  ends.push(items.length);
  return ends;
}
