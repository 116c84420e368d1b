/** A limit of the service that its workers share, in bytes. */
export interface Budget {
  /**
   * Sets the share of a worker to `wanted`, or to as much of it as is left. `used` is what it uses already: that is always its own.
   * @returns its share
   */
  readonly resize: (worker: number, wanted: number, used: number) => number;
}

/** The shares are `max` at most, unless more is used already. */
export function createBudget(max: number): Budget {
  const shares = new Map<number, number>();
  return {
    resize: (worker, wanted, used) => {
      shares.delete(worker);
      const left = max - [...shares.values()].reduce((sum, share) => sum + share, 0);
      const share = Math.max(used, Math.min(wanted, left), 0);
      shares.set(worker, share);
      return share;
    },
  };
}

/** An equal share of a limit, for what is distributed in turns. The shares of all `workers` add up to `max`. */
export const equalShare = (max: number, worker: number, workers: number): number =>
  Math.floor(max / workers) + (worker < max % workers ? 1 : 0);
