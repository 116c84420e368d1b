import { liveCallOf } from '@callstream/contracts';
import { emptyFactSet, play, union } from '@callstream/domain';
import type { Call, FactSet } from '@callstream/domain';
import { maskLiveCall } from '../access/mask.ts';

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
  /** Facts that the gateway knows of the call; empty in a tombstone. */
  facts: FactSet;
  /** The facts, played; null in a tombstone. */
  call: Call | null;
  /** The call at the last tick; null if it was not on the board. Valid only for entries that changed since that tick. */
  callAtTick: Call | null;
  /** JSON text of the call, made once per change. */
  json: string | null;
  /** JSON text with masked phone numbers. */
  maskedJson: string | null;
  /** Length of `json`, in bytes of UTF-8; 0 until it is made. */
  jsonBytes: number;
  /** Revision of the board at which the entry changed last. */
  revision: number;
  /** Event id of the call's last record. */
  lastId: number;
  /** Of a tombstone: when the call was due to leave by its own times (see expiry.ts), ms since 1970. */
  expiresAt: number;
  /** Of a tombstone: when the call left, ms since 1970. */
  expiredAt: number;
  /** Postgres was not available when the call came: earlier facts may be missing. */
  isPartial: boolean;
  older: BoardEntry | null;
  newer: BoardEntry | null;
}

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
  readonly #entries = new Map<string, BoardEntry>();
  #newest: BoardEntry | null = null;
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

  dropTombstone(entry: BoardEntry): void {
    this.#droppedUntil = Math.max(this.#droppedUntil, entry.revision);
    this.#unlink(entry);
    this.#entries.delete(entry.callId);
  }

  /** Changes after this revision are complete; of earlier ones, tombstones may have been dropped. */
  droppedUntil(): number {
    return this.#droppedUntil;
  }

  /** The call as JSON text, as clients get it. @throws {TypeError} of a tombstone */
  json(entry: BoardEntry, masked: boolean): string {
    if (masked) return (entry.maskedJson ??= JSON.stringify(maskLiveCall(liveCallOf(callOf(entry)))));
    if (entry.json !== null) return entry.json;
    entry.json = JSON.stringify(liveCallOf(callOf(entry)));
    entry.jsonBytes = Buffer.byteLength(entry.json);
    this.#bytes += entry.jsonBytes;
    return entry.json;
  }

  /** Increases with every change. */
  revision(): number {
    return this.#revision;
  }

  /** Entries that changed after a revision, newest first. */
  changedSince(revision: number): BoardEntry[] {
    const changed: BoardEntry[] = [];
    for (let entry = this.#newest; entry !== null && entry.revision > revision; entry = entry.older)
      changed.push(entry);
    return changed;
  }

  /** Ends a tick: from now on, `callAtTick` is the call as it is now. */
  endTick(): void {
    for (const entry of this.changedSince(this.#tickRevision)) entry.callAtTick = null;
    this.#tickRevision = this.#revision;
  }

  /** Revision at the last tick. */
  tickRevision(): number {
    return this.#tickRevision;
  }

  sizes(): BoardSizes {
    return { calls: this.#calls, bytes: this.#bytes, tombstones: this.#entries.size - this.#calls };
  }

  #getOrAdd(callId: string): BoardEntry {
    const known = this.#entries.get(callId);
    if (known) return known;
    const entry: BoardEntry = {
      callId,
      facts: emptyFactSet,
      call: null,
      callAtTick: null,
      json: null,
      maskedJson: null,
      jsonBytes: 0,
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

  #change(entry: BoardEntry, call: Call | null, facts: FactSet): void {
    if (entry.revision <= this.#tickRevision) entry.callAtTick = entry.call;
    this.#calls += Number(call !== null) - Number(entry.call !== null);
    this.#bytes -= entry.jsonBytes;
    entry.call = call;
    entry.facts = facts;
    entry.json = entry.maskedJson = null;
    entry.jsonBytes = 0;
    entry.revision = ++this.#revision;
    this.#moveToNewest(entry);
  }

  #moveToNewest(entry: BoardEntry): void {
    this.#unlink(entry);
    entry.older = this.#newest;
    if (this.#newest) this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink(entry: BoardEntry): void {
    if (entry.older) entry.older.newer = entry.newer;
    if (entry.newer) entry.newer.older = entry.older;
    if (this.#newest === entry) this.#newest = entry.older;
    entry.older = entry.newer = null;
  }
}

function callOf({ call }: BoardEntry): Call {
  if (call === null) throw new TypeError('A call that has left the board has no JSON text.');
  return call;
}

/** Compares deliveries only: the statements of a fact follow from its delivery. */
const haveSameDeliveries = (a: FactSet, b: FactSet): boolean =>
  a.length === b.length && a.every((fact, i) => fact === b[i] || (fact.uuid === b[i]?.uuid && fact.id === b[i].id));
