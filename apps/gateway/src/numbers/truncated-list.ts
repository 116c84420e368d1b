/** Longest list in an answer, in bytes of UTF-8: about 5,000 agents. An answer of that size may wait for a slow reader, and does not close it. */
export const listBytesMax = 2 * 1024 * 1024;

/** The texts as a JSON list, as far as they fit; `"more":true` follows if some were left out. */
export function truncatedJsonList(texts: Iterable<string>): string {
  const taken: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > listBytesMax) return `[${taken.join()}],"more":true`;
    taken.push(text);
  }
  return `[${taken.join()}]`;
}
