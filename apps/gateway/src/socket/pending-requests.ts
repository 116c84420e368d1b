/** What a request holds beside its own text until it is answered, in characters; about. */
const overheadLength = 256;
/** Longest text of the requests of one socket that are not answered yet, in characters: eight of the longest, or 2,000 usual ones. */
const perSocketMax = 512 * 1024;
/** The same of all sockets. Over it, only who holds little has more taken. */
const allMax = 32 * 1024 * 1024;
const littleMax = 8 * 1024;

/**
 * The requests of all sockets that are not answered yet: each is held in memory until it is, and Postgres, or a server of keys,
 * may have them all wait.
 */
export class PendingRequests {
  #length = 0;

  /** Takes a request of a socket that holds `held`; null if that would be too much, else what it holds now. */
  take(held: number, text: string): number | null {
    const length = text.length + overheadLength;
    const sum = held + length;
    if (sum > perSocketMax || (this.#length + length > allMax && sum > littleMax)) return null;
    this.#length += length;
    return sum;
  }

  /** A request is answered. Returns what the socket holds now. */
  answered(held: number, text: string): number {
    const length = text.length + overheadLength;
    this.#length -= length;
    return held - length;
  }

  length(): number {
    return this.#length;
  }
}
