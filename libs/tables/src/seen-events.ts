/** Events that were written lately, so that others need not be looked for. It may take others for them, and forgets. */
export interface SeenEvents {
  /** Those of `uuids` that may be in the table. */
  readonly suspects: (uuids: readonly string[]) => readonly string[];
  /** They are in the table now. */
  readonly add: (uuids: readonly string[]) => void;
  /** One was in the table that was no suspect. */
  readonly surprise: () => void;
}

/** As many are remembered, at most. */
const places = 2 ** 20;
/** After a surprise, so many batches are suspected altogether: whoever sends a day again has more than one. */
const batchesSuspected = 100;

/** A provider sends again what it got no answer to, within seconds or minutes. 4 MB. */
export function createSeenEvents(): SeenEvents {
  const marks = createMarks(places);
  let suspected = 0;
  return {
    suspects: (uuids) => {
      if (suspected === 0) return uuids.filter(marks.has);
      suspected--;
      return uuids;
    },
    add: (uuids) => uuids.forEach(marks.put),
    surprise: () => {
      suspected = batchesSuspected;
    },
  };
}

/** Suspects all, always. */
export const nothingSeen: SeenEvents = { suspects: (uuids) => uuids, add: () => undefined, surprise: () => undefined };

/** Events that came again while tables were filled, so that nobody has to look for them among all. */
export interface Repeats {
  readonly see: (uuid: string) => void;
  /** They may be there more than once, others may hardly; null if there are too many to be kept. */
  readonly found: () => readonly string[] | null;
}

/** As many are kept, at most: about 100 MB. */
const repeatsMax = 1_000_000;

/** 16 MB. */
export function createRepeats(): Repeats {
  const marks = createMarks(4 * places);
  const repeats = new Set<string>();
  return {
    see: (uuid) => {
      if (!marks.has(uuid)) marks.put(uuid);
      else if (repeats.size <= repeatsMax) repeats.add(uuid);
    },
    found: () => (repeats.size > repeatsMax ? null : [...repeats]),
  };
}

/** A new one takes the place of the oldest of eight: which of all stay is nearly a matter of age. */
const ways = 8;

function createMarks(count: number) {
  const buckets = count / ways;
  const marks = new Uint32Array(count);
  const turns = new Uint8Array(buckets);
  // The digits of a uuid are those of a hash: each of them says as much as the others.
  const bucketOf = (uuid: string): number => parseInt(uuid.slice(0, 8), 16) % buckets;
  const markOf = (uuid: string): number => parseInt(uuid.slice(-8), 16);
  return {
    has: (uuid: string): boolean => {
      const first = bucketOf(uuid) * ways;
      const mark = markOf(uuid);
      for (let i = first; i < first + ways; i++) if (marks[i] === mark) return true;
      return false;
    },
    put: (uuid: string): void => {
      const bucket = bucketOf(uuid);
      const turn = turns[bucket] ?? 0;
      marks[bucket * ways + (turn % ways)] = markOf(uuid);
      turns[bucket] = turn + 1;
    },
  };
}
