const perSecond = 50;
const burst = 200;
/** Tokens are counted in thousandths, and time in whole ms: V8 keeps small integers without a box. */
const thousand = 1_000;

/** A token bucket for one socket: more than 50 messages a second, beyond a burst of 200, are too many. */
export class MessageRate {
  #thousandths = burst * thousand;
  /** When they were counted last: ms, monotonic. */
  #at = 0;

  /** Counts a message; false if it is one too many. */
  take(now: number): boolean {
    const at = Math.trunc(now);
    this.#thousandths = Math.min(burst * thousand, this.#thousandths + (at - this.#at) * perSecond) - thousand;
    this.#at = at;
    return this.#thousandths >= 0;
  }
}
