/** Longest list in an answer, in characters: about 5,000 agents. So long an answer has to wait for a slow reader, not to close it. */
export const listLengthMax = 2 * 1024 * 1024;

/** The texts as a JSON list, as far as they fit; `"more":true` follows if some were left out. */
export function fitting(texts: Iterable<string>): string {
  const taken: string[] = [];
  let length = 0;
  for (const text of texts) {
    length += text.length + 1;
    if (length > listLengthMax) return `[${taken.join()}],"more":true`;
    taken.push(text);
  }
  return `[${taken.join()}]`;
}
