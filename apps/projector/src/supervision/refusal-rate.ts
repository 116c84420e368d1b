/** Window in which refused records are counted, in ms. */
const windowMs = 60_000;

/** Counts the records that are dead-lettered because Postgres refuses them. */
export interface RefusalRate {
  readonly count: () => void;
  /** A sentence for /readyz; null unless more than the limit were counted in the last minute. */
  readonly describe: () => string | null;
}

/** @param max refused records per minute that are not reported (PROJECTOR_REFUSED_PER_MINUTE) */
export function createRefusalRate(max: number, now: () => number = Date.now): RefusalRate {
  /** Times of the newest `max` + 1 records. */
  let times: number[] = [];
  return {
    count: () => {
      times = [...times.filter((time) => time > now() - windowMs), now()].slice(-(max + 1));
    },
    describe: () =>
      times.length > max && (times[0] ?? 0) > now() - windowMs
        ? `Postgres refused more than ${max} events within a minute (PROJECTOR_REFUSED_PER_MINUTE), and accepts the others: npm run projector -- dlq list --kind refused`
        : null,
  };
}
