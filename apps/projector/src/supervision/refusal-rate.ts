/** Window in which refused records are counted, in ms. */
const windowMs = 60_000;

/** Counts the records that are dead-lettered because Postgres refuses them. */
export interface RefusalRate {
  readonly count: () => void;
  /** What to say of it; null if there were not more than the limit in the last minute. */
  readonly describe: () => string | null;
}

/** @param max as many in a minute are not worth a word (PROJECTOR_REFUSED_PER_MINUTE) */
export function createRefusalRate(max: number, now: () => number = Date.now): RefusalRate {
  /** Of the newest `max` + 1. */
  let times: number[] = [];
  return {
    count: () => {
      times = [...times.filter((time) => time > now() - windowMs), now()].slice(-(max + 1));
    },
    describe: () =>
      times.length > max && (times[0] ?? 0) > now() - windowMs
        ? `Postgres refused more than ${max} events within a minute (PROJECTOR_REFUSED_PER_MINUTE), and takes the others: npm run projector -- dlq list --kind refused`
        : null,
  };
}
