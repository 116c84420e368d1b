import { compareText } from '@callstream/domain';

/** What became of an item; undefined: it was not there before, or is not there any more. */
export interface ItemChange<Item> {
  readonly id: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

export interface ChangeLogOptions<Item> {
  readonly idOf: (item: Item) => string;
  readonly isSame: (a: Item, b: Item) => boolean;
  /** Most changes that are kept; then the oldest revisions are forgotten. */
  readonly changesMax: number;
}

interface RevisionChanges<Item> {
  readonly revision: number;
  readonly changes: readonly ItemChange<Item>[];
}

/** The latest items, and how they differ from those of the last revisions. */
export class ChangeLog<Item> {
  readonly #options: ChangeLogOptions<Item>;
  /** Sorted by id. */
  #items: readonly Item[] = [];
  /** Oldest first. */
  #log: RevisionChanges<Item>[] = [];
  #changesCount = 0;
  /** Changes after this revision are all known. */
  #completeSince = 0;

  constructor(options: ChangeLogOptions<Item>) {
    this.#options = options;
  }

  /** @param items sorted by id */
  advance(items: readonly Item[], revision: number): void {
    const changes = [...this.#changesTo(items)];
    this.#items = items;
    if (changes.length === 0) return;
    this.#log.push({ revision, changes });
    this.#changesCount += changes.length;
    while (this.#changesCount > this.#options.changesMax) this.#forgetOldest();
  }

  /** The changes after `revision`, oldest first; null if not all of them are known any more. */
  since(revision: number): readonly ItemChange<Item>[] | null {
    if (revision < this.#completeSince) return null;
    return this.#log.filter((entry) => entry.revision > revision).flatMap(({ changes }) => changes);
  }

  *#changesTo(items: readonly Item[]): Iterable<ItemChange<Item>> {
    const { idOf, isSame } = this.#options;
    const known = this.#items;
    let i = 0;
    for (const after of items) {
      const id = idOf(after);
      let before = known[i];
      // Most ids are equal, which is faster to find out than their order.
      for (; before && idOf(before) !== id && compareText(idOf(before), id) < 0; before = known[++i])
        yield { id: idOf(before), before, after: undefined };
      if (!before || idOf(before) !== id) {
        yield { id, before: undefined, after };
        continue;
      }
      i++;
      if (!isSame(before, after)) yield { id, before, after };
    }
    for (const before of known.slice(i)) yield { id: idOf(before), before, after: undefined };
  }

  #forgetOldest(): void {
    const oldest = this.#log.shift();
    if (!oldest) return;
    this.#changesCount -= oldest.changes.length;
    this.#completeSince = oldest.revision;
  }
}
