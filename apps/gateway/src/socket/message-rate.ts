const messagesPerSecond = 50;
const burst = 200;
/** Tokens are counted in thousandths, and time in whole ms: V8 stores small integers without a heap object. */
const thousand = 1_000;

/** The rate limit of one socket, as a token bucket: 50 messages a second, with a burst of 200. */
export class MessageRate {
  #thousandths = burst * thousand;
  /** When the tokens were last counted: ms, monotonic. */
  #at = 0;

  /** Takes a token for a message. @returns false if there is none */
  take(now: number): boolean {
    const at = Math.trunc(now);
    const refilled = this.#thousandths + (at - this.#at) * messagesPerSecond;
    this.#thousandths = Math.min(burst * thousand, refilled) - thousand;
    this.#at = at;
    return this.#thousandths >= 0;
  }
}
