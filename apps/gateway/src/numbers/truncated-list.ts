/**
 * Longest list in an answer, in bytes of UTF-8: about 5,000 agents. An answer of this size still fits into the outbox of a
 * slow client, so it does not close the socket.
 */
export const listBytesMax = 2 * 1024 * 1024;

/** Joins JSON texts into a JSON list of at most {@link listBytesMax}; `,"more":true` follows the list if items were left out. */
export function truncatedJsonList(items: Iterable<string>): string {
  const included: string[] = [];
  let bytes = 0;
  for (const item of items) {
    bytes += Buffer.byteLength(item) + 1;
    if (bytes > listBytesMax) return `[${included.join()}],"more":true`;
    included.push(item);
  }
  return `[${included.join()}]`;
}
