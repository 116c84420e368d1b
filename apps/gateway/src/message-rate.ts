const perSecond = 50;
const burst = 200;

/** A token bucket for one socket: more than 50 messages a second, beyond a burst of 200, are too many. */
export class MessageRate {
  #tokens = burst;
  /** When they were counted last: ms, monotonic. */
  #at = -Infinity;

  /** Counts a message; false if it is one too many. */
  take(now: number): boolean {
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1_000) * perSecond) - 1;
    this.#at = now;
    return this.#tokens >= 0;
  }
}
