import { liveCallOf } from '@callstream/contracts';
import { emptyFactSet, play, union } from '@callstream/domain';
import type { Call, FactSet } from '@callstream/domain';
import { maskLiveCall } from '../access/mask.ts';

/** A call on the board; or one that has left it, for as long as clients may still have to be told. */
export interface BoardEntry {
  readonly callId: string;
  /** What its events state, as far as is known here; empty once it has left. */
  facts: FactSet;
  /** Its facts, played; null: it has left. */
  call: Call | null;
  /** What it was when the last frames were made; null if it was not there. Of entries changed since. */
  before: Call | null;
  /** JSON text of the call, made once per change, and its length in bytes of UTF-8. */
  json: string | null;
  /** The same for those for whom numbers are masked. */
  masked: string | null;
  bytes: number;
  /** Revision of the board at which it changed last. */
  revision: number;
  /** Event id of its last record. */
  lastId: number;
  /** Of a call that has left: when it had to by its own times (see expiry.ts), and when it did; ms since 1970. */
  leavesAt: number;
  leftAt: number;
  /** Postgres could not be asked about it when it came: it may be more than is known here. */
  partial: boolean;
  older: BoardEntry | null;
  newer: BoardEntry | null;
}

/**
 * The calls of now, in memory. Entries are in the order in which they changed, so that what changed since a revision is
 * found by walking back from the newest.
 */
export interface CallBoard {
  readonly get: (callId: string) => BoardEntry | undefined;
  readonly entries: () => Iterable<BoardEntry>;
  /** Adds facts of a call. Nothing happens if all of them are known. */
  readonly put: (callId: string, facts: FactSet, options?: { readonly partial?: boolean }) => BoardEntry;
  /** A call leaves, or has left without ever having been here. */
  readonly leave: (left: Pick<BoardEntry, 'callId' | 'lastId' | 'leavesAt' | 'leftAt'>) => void;
  readonly forget: (entry: BoardEntry) => void;
  /** Of what changed after this revision nothing is forgotten; of what changed before, something may be. */
  readonly forgottenUntil: () => number;
  /** The call as it crosses the socket, as JSON text. It must be on the board. */
  readonly json: (entry: BoardEntry, masked: boolean) => string;
  /** Grows with every change. */
  readonly revision: () => number;
  /** What changed after a revision, newest first. */
  readonly since: (revision: number) => BoardEntry[];
  /** From now on, `before` is what is now. */
  readonly mark: () => void;
  readonly marked: () => number;
  readonly sizes: () => { readonly calls: number; readonly bytes: number; readonly left: number };
}

export function createCallBoard(): CallBoard {
  const all = new Map<string, BoardEntry>();
  let newest: BoardEntry | null = null;
  let revision = 0;
  let marked = 0;
  let forgottenUntil = 0;
  let calls = 0;
  let bytes = 0;

  const unlink = (entry: BoardEntry): void => {
    if (entry.older) entry.older.newer = entry.newer;
    if (entry.newer) entry.newer.older = entry.older;
    if (newest === entry) newest = entry.older;
    entry.older = entry.newer = null;
  };
  const change = (entry: BoardEntry, { call, facts }: Pick<BoardEntry, 'call' | 'facts'>): void => {
    if (entry.revision <= marked) entry.before = entry.call;
    calls += Number(call !== null) - Number(entry.call !== null);
    bytes -= entry.bytes;
    entry.call = call;
    entry.facts = facts;
    entry.json = entry.masked = null;
    entry.bytes = 0;
    entry.revision = ++revision;
    unlink(entry);
    entry.older = newest;
    if (newest) newest.newer = entry;
    newest = entry;
  };
  const added = (callId: string): BoardEntry => {
    const entry: BoardEntry = {
      ...{ callId, facts: emptyFactSet, call: null, before: null, json: null, masked: null, bytes: 0 },
      ...{ revision: 0, lastId: -1, leavesAt: 0, leftAt: 0, partial: false, older: null, newer: null },
    };
    all.set(callId, entry);
    return entry;
  };
  const since = (after: number): BoardEntry[] => {
    const changed: BoardEntry[] = [];
    for (let entry = newest; entry !== null && entry.revision > after; entry = entry.older) changed.push(entry);
    return changed;
  };
  return {
    get: (callId) => all.get(callId),
    entries: () => all.values(),
    put: (callId, said, { partial = false } = {}) => {
      const entry = all.get(callId) ?? added(callId);
      entry.partial = partial;
      const facts = union(entry.facts, said);
      // A redelivery, or what Postgres has of a call that is known.
      if (isSame(facts, entry.facts)) return entry;
      const call = play(callId, facts);
      change(entry, { call, facts });
      entry.lastId = call.lastId;
      return entry;
    },
    leave: ({ callId, lastId, leavesAt, leftAt }) => {
      const entry = all.get(callId) ?? added(callId);
      change(entry, { call: null, facts: emptyFactSet });
      Object.assign(entry, { lastId: Math.max(lastId, entry.lastId), leavesAt, leftAt, partial: false });
    },
    forgottenUntil: () => forgottenUntil,
    forget: (entry) => {
      forgottenUntil = Math.max(forgottenUntil, entry.revision);
      unlink(entry);
      all.delete(entry.callId);
    },
    json: (entry, masked) => {
      if (masked && entry.masked !== null) return entry.masked;
      if (!masked && entry.json !== null) return entry.json;
      if (entry.call === null) throw new TypeError('A call that has left has no text.');
      if (masked) return (entry.masked = JSON.stringify(maskLiveCall(liveCallOf(entry.call))));
      entry.json = JSON.stringify(liveCallOf(entry.call));
      entry.bytes = Buffer.byteLength(entry.json);
      bytes += entry.bytes;
      return entry.json;
    },
    revision: () => revision,
    since,
    mark: () => {
      for (const entry of since(marked)) entry.before = null;
      marked = revision;
    },
    marked: () => marked,
    sizes: () => ({ calls, bytes, left: all.size - calls }),
  };
}

/** Whether two sets have the same deliveries: what a fact states follows from the delivery. */
const isSame = (a: FactSet, b: FactSet): boolean =>
  a.length === b.length && a.every((fact, i) => fact === b[i] || (fact.uuid === b[i]?.uuid && fact.id === b[i].id));
