/** Memory of a request besides its text, in characters; about. */
const overheadLength = 256;
/** Most that one socket may have pending, in characters: eight of the longest requests, or 2,000 usual ones. */
const perSocketMax = 512 * 1024;
/** Most that all sockets may have pending, in characters. Beyond it, a socket may still have `smallMax` pending. */
const allMax = 32 * 1024 * 1024;
const smallMax = 8 * 1024;

/**
 * The requests of all sockets that are not answered yet. Each is held in memory, and many may be pending while Postgres or a
 * JWKS server does not answer.
 */
export class PendingRequests {
  #length = 0;

  /**
   * Adds a request of a socket.
   * @param pending what the socket has pending, in characters
   * @returns what it has pending now; null if that would be too much
   */
  add(pending: number, text: string): number | null {
    const length = text.length + overheadLength;
    const sum = pending + length;
    if (sum > perSocketMax || (this.#length + length > allMax && sum > smallMax)) return null;
    this.#length += length;
    return sum;
  }

  /** Removes a request that was answered. @returns what the socket has pending now, in characters */
  remove(pending: number, text: string): number {
    const length = text.length + overheadLength;
    this.#length -= length;
    return pending - length;
  }

  /** What all sockets have pending, in characters. */
  length(): number {
    return this.#length;
  }
}
