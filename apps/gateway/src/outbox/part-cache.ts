import { anyTime } from './part-turns.ts';
import type { PartTurns } from './part-turns.ts';

/** Longest part of a snapshot or of a delta, in bytes; a single item may be longer. */
export const partBytesMax = 128 * 1024;

export interface PartCacheOptions {
  /** Budget of the parts, in bytes. */
  readonly bytesMax: number;
  readonly partBytesMax: number;
  /** When parts may be made; default: always. */
  readonly turns?: PartTurns;
}

/** The parts of backlogs that were made last, by name: clients that get the same share the bytes. An evicted part is made again. */
export class PartCache {
  /** Longest part, in bytes; a single item may be longer. */
  readonly partBytesMax: number;
  readonly turns: PartTurns;
  readonly #bytesMax: number;
  readonly #parts = new Map<string, Buffer>();
  #bytes = 0;
  #backlogs = 0;

  constructor({ bytesMax, partBytesMax, turns = anyTime }: PartCacheOptions) {
    this.#bytesMax = bytesMax;
    this.partBytesMax = partBytesMax;
    this.turns = turns;
  }

  /** A name that no other backlog has. */
  nextName(): string {
    return String(++this.#backlogs);
  }

  get(name: string, make: () => Buffer): Buffer {
    const known = this.#parts.get(name);
    if (known) return known;
    const part = make();
    this.#parts.set(name, part);
    this.#bytes += part.length;
    this.#evict();
    return part;
  }

  #evict(): void {
    for (const [oldest, { length }] of this.#parts) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#parts.delete(oldest);
      this.#bytes -= length;
    }
  }
}
