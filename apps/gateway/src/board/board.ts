import { liveCallOf } from '@callstream/contracts';
import type { LiveCall } from '@callstream/contracts';
import { emptyFactSet, play, union } from '@callstream/domain';
import type { Call, FactSet } from '@callstream/domain';
import { maskLiveCall } from '../access/mask.ts';
import { Raw } from '../access/scope.ts';
import type { Forms, Scope } from '../access/scope.ts';

/** The JSON text of a call, as clients get it. */
export interface CallText {
  readonly json: string;
  /** Length of `json`, in bytes of UTF-8. */
  readonly bytes: number;
}

const callText = (call: LiveCall): CallText => {
  const json = JSON.stringify(call);
  return { json, bytes: Buffer.byteLength(json) };
};

const callTexts: Forms<Call, CallText> = {
  full: (call) => callText(liveCallOf(call)),
  masked: (call, options) => callText(maskLiveCall(liveCallOf(call), options)),
};

/** A call of the board: what filters and the retention go by. All else is in its text, which needs a scope. */
export interface BoardCall extends Pick<Call, 'queue' | 'state' | 'finishedAt' | 'heardAt'> {
  readonly text: Raw<Call, CallText>;
  /** Length of its text in bytes; 0 until it is made. */
  textBytes: number;
}

export const boardCallOf = (call: Call): BoardCall => ({
  queue: call.queue,
  state: call.state,
  finishedAt: call.finishedAt,
  heardAt: call.heardAt,
  text: new Raw(call, callTexts),
  textBytes: 0,
});

/**
 * A call on the board, or the tombstone of one that has left it, kept as long as a client may still show the call.
 *
 * ```
 *   put            expire              dropTombstone
 *  ─────▶ call ─────────────▶ tombstone ─────────────▶ forgotten
 *          ▲   put: a later event │
 *          └──────────────────────┘
 * ```
 */
export interface BoardEntry {
  readonly callId: string;
  /** null in a tombstone. */
  readonly call: BoardCall | null;
  /** The call at the last tick; null if it was not on the board. Valid only for entries that changed since that tick. */
  readonly callAtTick: BoardCall | null;
  /** Revision of the board at which the entry changed last. */
  readonly revision: number;
  /** Event id of the call's last record. */
  readonly lastId: number;
  /** Of a tombstone: when the call was due to leave by its own times (see expiry.ts), ms since 1970. */
  readonly expiresAt: number;
  /** Of a tombstone: when the call left, ms since 1970. */
  readonly expiredAt: number;
  /** Postgres was not available when the call came: earlier facts may be missing. */
  readonly isPartial: boolean;
}

/** What only the board knows of an entry. */
interface LinkedEntry extends Writable<BoardEntry> {
  /** Facts that the gateway knows of the call; empty in a tombstone. */
  facts: FactSet;
  older: LinkedEntry | null;
  newer: LinkedEntry | null;
}
type Writable<Fields> = { -readonly [Name in keyof Fields]: Fields[Name] };

export interface BoardSizes {
  readonly calls: number;
  /** Bytes of the JSON texts of the calls. */
  readonly bytes: number;
  readonly tombstones: number;
}

/**
 * The current calls, in memory. Entries are linked in the order of their last change, so that the changes since a revision
 * are found by walking back from the newest.
 */
export class CallBoard {
  readonly #entries = new Map<string, LinkedEntry>();
  #newest: LinkedEntry | null = null;
  #revision = 0;
  #tickRevision = 0;
  #droppedUntil = 0;
  #calls = 0;
  #bytes = 0;

  get(callId: string): BoardEntry | undefined {
    return this.#entries.get(callId);
  }

  entries(): Iterable<BoardEntry> {
    return this.#entries.values();
  }

  /** Adds facts of a call. Known facts change nothing. */
  put(callId: string, facts: FactSet, { isPartial = false }: { readonly isPartial?: boolean } = {}): BoardEntry {
    const entry = this.#getOrAdd(callId);
    entry.isPartial = isPartial;
    const all = union(entry.facts, facts);
    if (haveSameDeliveries(all, entry.facts)) return entry;
    const call = play(callId, all);
    this.#change(entry, call, all);
    entry.lastId = call.lastId;
    return entry;
  }

  /** Turns a call into a tombstone, or adds the tombstone of a call that was never on this board. */
  expire(tombstone: Pick<BoardEntry, 'callId' | 'lastId' | 'expiresAt' | 'expiredAt'>): void {
    const entry = this.#getOrAdd(tombstone.callId);
    this.#change(entry, null, emptyFactSet);
    entry.lastId = Math.max(tombstone.lastId, entry.lastId);
    entry.expiresAt = tombstone.expiresAt;
    entry.expiredAt = tombstone.expiredAt;
    entry.isPartial = false;
  }

  dropTombstone({ callId }: BoardEntry): void {
    const entry = this.#getOrAdd(callId);
    this.#droppedUntil = Math.max(this.#droppedUntil, entry.revision);
    this.#unlink(entry);
    this.#entries.delete(callId);
  }

  /** Changes after this revision are complete; of earlier ones, tombstones may have been dropped. */
  droppedUntil(): number {
    return this.#droppedUntil;
  }

  /** The call as a scope may see it: made once per change, in full and masked. @throws {TypeError} of a tombstone */
  text({ call }: BoardEntry, scope: Scope): CallText {
    if (call === null) throw new TypeError('A call that has left the board has no JSON text.');
    const text = scope.show(call.text);
    // Both forms have about the same length: the longer one counts.
    if (text.bytes > call.textBytes) {
      this.#bytes += text.bytes - call.textBytes;
      call.textBytes = text.bytes;
    }
    return text;
  }

  /** Increases with every change. */
  revision(): number {
    return this.#revision;
  }

  /** Entries that changed after a revision, newest first. */
  changedSince(revision: number): BoardEntry[] {
    return this.#changedSince(revision);
  }

  /** Ends a tick: from now on, `callAtTick` is the call as it is now. */
  endTick(): void {
    for (const entry of this.#changedSince(this.#tickRevision)) entry.callAtTick = null;
    this.#tickRevision = this.#revision;
  }

  /** Revision at the last tick. */
  tickRevision(): number {
    return this.#tickRevision;
  }

  sizes(): BoardSizes {
    return { calls: this.#calls, bytes: this.#bytes, tombstones: this.#entries.size - this.#calls };
  }

  #changedSince(revision: number): LinkedEntry[] {
    const changed: LinkedEntry[] = [];
    for (let entry = this.#newest; entry !== null && entry.revision > revision; entry = entry.older)
      changed.push(entry);
    return changed;
  }

  #getOrAdd(callId: string): LinkedEntry {
    const known = this.#entries.get(callId);
    if (known) return known;
    const entry: LinkedEntry = {
      callId,
      facts: emptyFactSet,
      call: null,
      callAtTick: null,
      revision: 0,
      lastId: -1,
      expiresAt: 0,
      expiredAt: 0,
      isPartial: false,
      older: null,
      newer: null,
    };
    this.#entries.set(callId, entry);
    return entry;
  }

  #change(entry: LinkedEntry, call: Call | null, facts: FactSet): void {
    if (entry.revision <= this.#tickRevision) entry.callAtTick = entry.call;
    this.#calls += Number(call !== null) - Number(entry.call !== null);
    this.#bytes -= entry.call?.textBytes ?? 0;
    entry.call = call && boardCallOf(call);
    entry.facts = facts;
    entry.revision = ++this.#revision;
    this.#moveToNewest(entry);
  }

  #moveToNewest(entry: LinkedEntry): void {
    this.#unlink(entry);
    entry.older = this.#newest;
    if (this.#newest) this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink(entry: LinkedEntry): void {
    if (entry.older) entry.older.newer = entry.newer;
    if (entry.newer) entry.newer.older = entry.older;
    if (this.#newest === entry) this.#newest = entry.older;
    entry.older = entry.newer = null;
  }
}

/** Compares deliveries only: the statements of a fact follow from its delivery. */
const haveSameDeliveries = (a: FactSet, b: FactSet): boolean =>
  a.length === b.length && a.every((fact, i) => fact === b[i] || (fact.uuid === b[i]?.uuid && fact.id === b[i].id));
