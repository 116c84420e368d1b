/**
 * Uuids of events that were written lately, so that a batch need not look up every event in the table. Approximate: false
 * positives and evictions are possible.
 */
export interface DedupCache {
  /** Those of `uuids` that may be in the table. */
  readonly possibleDuplicates: (uuids: readonly string[]) => readonly string[];
  /** Call it once the events are in the table. */
  readonly add: (uuids: readonly string[]) => void;
  /** Call it when an event was in the table that the cache did not report. */
  readonly recordMiss: () => void;
}

/** Most uuids that the cache remembers. */
const dedupUuidsMax = 2 ** 20;
/** After a miss, so many batches are looked up entirely: a provider that sends a whole day again fills more than one. */
const lookupBatchesAfterMiss = 100;

/** Providers retry within seconds or minutes, so recent events suffice. 4 MB. */
export function createDedupCache(): DedupCache {
  const recent = createUuidSet(dedupUuidsMax);
  let lookupBatches = 0;
  return {
    possibleDuplicates: (uuids) => {
      if (lookupBatches === 0) return uuids.filter(recent.has);
      lookupBatches--;
      return uuids;
    },
    add: (uuids) => uuids.forEach(recent.add),
    recordMiss: () => {
      lookupBatches = lookupBatchesAfterMiss;
    },
  };
}

/** Looks up every event. */
export const noDedupCache: DedupCache = {
  possibleDuplicates: (uuids) => uuids,
  add: () => undefined,
  recordMiss: () => undefined,
};

/** Detects duplicates while a rebuild fills tables without indexes, where no lookup is possible. */
export interface DuplicateDetector {
  /** Adds the uuid; returns whether it was there. Approximate: false positives and evictions are possible. */
  readonly checkAndAdd: (uuid: string) => boolean;
}

/** 16 MB. */
export function createDuplicateDetector(): DuplicateDetector {
  const { checkAndAdd } = createUuidSet(4 * dedupUuidsMax);
  return { checkAndAdd };
}

/** Set associativity: a new uuid evicts the oldest of the eight in its bucket, so eviction is nearly by age. */
const ways = 8;

/** A set-associative cache of 32-bit hashes of uuids: 4 MB per million, where a Set of their texts takes 80 MB. */
function createUuidSet(size: number) {
  const buckets = size / ways;
  const hashes = new Uint32Array(size);
  const insertions = new Uint8Array(buckets);
  // The uuid is a hash itself, so any of its digits are as random as the others.
  const bucketOf = (uuid: string): number => hexAt(uuid, 0) % buckets;
  const hashOf = (uuid: string): number => hexAt(uuid, uuid.length - 8);
  const isIn = (bucket: number, hash: number): boolean => {
    for (let i = bucket * ways; i < (bucket + 1) * ways; i++) if (hashes[i] === hash) return true;
    return false;
  };
  const insert = (bucket: number, hash: number): void => {
    const count = insertions[bucket] ?? 0;
    hashes[bucket * ways + (count % ways)] = hash;
    insertions[bucket] = count + 1;
  };
  return {
    has: (uuid: string): boolean => isIn(bucketOf(uuid), hashOf(uuid)),
    add: (uuid: string): void => insert(bucketOf(uuid), hashOf(uuid)),
    checkAndAdd: (uuid: string): boolean => {
      const [bucket, hash] = [bucketOf(uuid), hashOf(uuid)];
      const isKnown = isIn(bucket, hash);
      if (!isKnown) insert(bucket, hash);
      return isKnown;
    },
  };
}

/** The number of eight hexadecimal digits in lower case; `parseInt` would need a substring. */
function hexAt(text: string, from: number): number {
  let number = 0;
  for (let i = from; i < from + 8; i++) {
    const char = text.charCodeAt(i);
    number = (number << 4) | ((char & 0xf) + (char >= 0x61 ? 9 : 0));
  }
  return number >>> 0;
}
