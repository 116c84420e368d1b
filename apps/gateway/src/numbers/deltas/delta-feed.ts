import type { PartCache } from '../../outbox/part-cache.ts';
import type { NumberView } from '../view-cache.ts';
import type { SnapshotHistory } from './snapshot-history.ts';
import { ViewBacklog } from './view-backlog.ts';
import type { PartSource } from './view-backlog.ts';
import { viewItems } from './view-items.ts';
import type { SizedItem, ViewItems } from './view-items.ts';

export interface DeltaFeedOptions {
  readonly view: NumberView;
  readonly history: SnapshotHistory;
  readonly cache: PartCache;
  readonly onMade: () => void;
}

/** The whole view and the deltas of one group: each is made once, for all clients that need the same. */
export class DeltaFeed {
  readonly #options: DeltaFeedOptions;
  readonly #items: ViewItems;
  readonly #source: PartSource;
  /** The backlogs and the head are of this revision. */
  #revision = 0;
  #whole: ViewBacklog | null = null;
  /** By the revision that the client knows; null: the view is the same. */
  #deltas = new Map<number, ViewBacklog | null>();
  #head: object = {};
  #headText = '';
  #headChangedAt = 0;

  constructor(options: DeltaFeedOptions) {
    const { history, view } = options;
    this.#options = options;
    this.#items = viewItems(history, view);
    this.#source = {
      items: this.#items,
      revision: () => history.revision(),
      head: () => {
        this.#follow();
        return { as_of: history.latest().asOf, ...this.#head };
      },
    };
  }

  whole(): ViewBacklog {
    this.#follow();
    return (this.#whole ??= this.#make(this.#items.all(), true));
  }

  /** What a client lacks that knows `revision`: a delta, or the whole view if that is too long ago; null: nothing. */
  since(revision: number): ViewBacklog | null {
    this.#follow();
    if (revision === this.#revision) return null;
    const made = this.#deltas.get(revision);
    if (made !== undefined) return made;
    const changed = this.#items.changedSince(revision);
    if (changed === null) return this.whole();
    const isSame = changed.length === 0 && this.#headChangedAt <= revision;
    const delta = isSame ? null : this.#make(changed, false);
    this.#deltas.set(revision, delta);
    return delta;
  }

  #make(items: readonly SizedItem[], isWhole: boolean): ViewBacklog {
    const { cache, onMade } = this.#options;
    onMade();
    return new ViewBacklog({ items, isWhole, revision: this.#revision, source: this.#source, cache });
  }

  #follow(): void {
    const revision = this.#options.history.revision();
    if (this.#revision === revision) return;
    this.#revision = revision;
    this.#whole = null;
    this.#deltas = new Map();
    this.#head = this.#items.head();
    const text = JSON.stringify(this.#head);
    if (text !== this.#headText) this.#headChangedAt = revision;
    this.#headText = text;
  }
}
