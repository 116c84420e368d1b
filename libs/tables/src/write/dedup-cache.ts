/** Events that were written lately, so that others need not be looked for. It may take others for them, and forgets. */
export interface DedupCache {
  /** Those of `uuids` that may be in the table. */
  readonly suspects: (uuids: readonly string[]) => readonly string[];
  /** They are in the table now. */
  readonly add: (uuids: readonly string[]) => void;
  /** One was in the table that was no suspect. */
  readonly surprise: () => void;
}

/** As many are remembered, at most. */
const dedupUuidsMax = 2 ** 20;
/** After a surprise, so many batches are suspected altogether: whoever sends a day again has more than one. */
const lookupBatchesAfterMiss = 100;

/** A provider sends again what it got no answer to, within seconds or minutes. 4 MB. */
export function createDedupCache(): DedupCache {
  const marks = createUuidSet(dedupUuidsMax);
  let suspected = 0;
  return {
    suspects: (uuids) => {
      if (suspected === 0) return uuids.filter(marks.has);
      suspected--;
      return uuids;
    },
    add: (uuids) => uuids.forEach(marks.put),
    surprise: () => {
      suspected = lookupBatchesAfterMiss;
    },
  };
}

/** Suspects all, always. */
export const noDedupCache: DedupCache = { suspects: (uuids) => uuids, add: () => undefined, surprise: () => undefined };

/** Notices which events come again while tables are filled, so that nobody has to look for them among all. */
export interface DuplicateDetector {
  /** Sees an event; returns whether it was seen before. It may take others for it, and forgets. */
  readonly see: (uuid: string) => boolean;
}

/** 16 MB. */
export function createDuplicateDetector(): DuplicateDetector {
  const { see } = createUuidSet(4 * dedupUuidsMax);
  return { see };
}

/** A new one takes the place of the oldest of eight: which of all stay is nearly a matter of age. */
const ways = 8;

function createUuidSet(count: number) {
  const buckets = count / ways;
  const marks = new Uint32Array(count);
  const turns = new Uint8Array(buckets);
  // The digits of a uuid are those of a hash: each of them says as much as the others.
  const bucketOf = (uuid: string): number => hexAt(uuid, 0) % buckets;
  const markOf = (uuid: string): number => hexAt(uuid, uuid.length - 8);
  const isIn = (bucket: number, mark: number): boolean => {
    for (let i = bucket * ways; i < (bucket + 1) * ways; i++) if (marks[i] === mark) return true;
    return false;
  };
  const put = (bucket: number, mark: number): void => {
    const turn = turns[bucket] ?? 0;
    marks[bucket * ways + (turn % ways)] = mark;
    turns[bucket] = turn + 1;
  };
  return {
    has: (uuid: string): boolean => isIn(bucketOf(uuid), markOf(uuid)),
    put: (uuid: string): void => put(bucketOf(uuid), markOf(uuid)),
    /** Puts it, unless it is there; returns whether it was. */
    see: (uuid: string): boolean => {
      const [bucket, mark] = [bucketOf(uuid), markOf(uuid)];
      const isKnown = isIn(bucket, mark);
      if (!isKnown) put(bucket, mark);
      return isKnown;
    },
  };
}

/** The number of eight hexadecimal digits in lower case; `parseInt` needs a string of their own. */
function hexAt(text: string, from: number): number {
  let number = 0;
  for (let i = from; i < from + 8; i++) {
    const char = text.charCodeAt(i);
    number = (number << 4) | ((char & 0xf) + (char >= 0x61 ? 9 : 0));
  }
  return number >>> 0;
}
