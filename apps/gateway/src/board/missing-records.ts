/**
 * The first offset of each partition from which on the board may lack something.
 *
 * ```
 *        note             beginRepair           the returned function
 *  none ──────▶ missing ─────────────▶ in repair ─────────────────────▶ none
 * ```
 * What is noted during a repair waits for the next one.
 */
export class MissingRecords {
  #missing = new Map<number, number>();
  #inRepair = new Map<number, number>();

  note(partition: number, offset: number): void {
    lower(this.#missing, partition, offset);
  }

  isEmpty(): boolean {
    return this.#missing.size === 0 && this.#inRepair.size === 0;
  }

  /** Begins to repair all that is missing now. Call the returned function once it is on the board. */
  beginRepair(): () => void {
    for (const [partition, offset] of this.#missing) lower(this.#inRepair, partition, offset);
    this.#missing = new Map();
    return () => (this.#inRepair = new Map());
  }

  /** Infinity if nothing is missing in the partition. */
  firstOf(partition: number): number {
    return Math.min(this.#missing.get(partition) ?? Infinity, this.#inRepair.get(partition) ?? Infinity);
  }
}

const lower = (offsets: Map<number, number>, partition: number, offset: number): void =>
  void offsets.set(partition, Math.min(offset, offsets.get(partition) ?? Infinity));
