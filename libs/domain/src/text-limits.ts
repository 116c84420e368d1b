/** What a field of a body may be as a text of the tables, and what happens to a longer one. */
export interface TextLimit {
  /** In bytes of UTF-8. */
  readonly bytesMax: number;
  /**
   * refused: the body is no event. omitted: the field is null, as if it had not been sent; the body keeps the whole, and the
   * event names the field. Nothing is ever cut: two cut identifiers could be the same, and their calls would merge.
   */
  readonly ifLonger: 'refused' | 'omitted';
}

const identifier: TextLimit = { bytesMax: 512, ifLonger: 'refused' };
const number: TextLimit = { bytesMax: 256, ifLonger: 'omitted' };

/**
 * Every field of a body that becomes a text of the tables. An entry of a B-tree index of Postgres has room for 2,704 bytes,
 * so that two identifiers and more fit into one.
 */
export const textLimits = {
  type: identifier,
  call_id: identifier,
  actor: identifier,
  queue: identifier,
  code: identifier,
  destination: { bytesMax: identifier.bytesMax, ifLonger: 'omitted' },
  number,
  our_number: number,
  their_number: number,
  their_number_type: { bytesMax: 256, ifLonger: 'omitted' },
  direction: { bytesMax: 256, ifLonger: 'omitted' },
  url: { bytesMax: 8_192, ifLonger: 'omitted' },
} as const satisfies Record<string, TextLimit>;
export type TextField = keyof typeof textLimits;

/** A character has at most three bytes for each UTF-16 unit: texts of so many units are within every limit. */
const unitsAlwaysFit = Math.floor(Math.min(...Object.values(textLimits).map(({ bytesMax }) => bytesMax)) / 3);

const utf8 = new TextEncoder();

/** What is done with a text that is longer than its field may be; null if it is not. */
export function overLimitAction(field: TextField, text: string): TextLimit['ifLonger'] | null {
  if (text.length <= unitsAlwaysFit) return null;
  const { bytesMax, ifLonger } = textLimits[field];
  // The length in bytes is never less than that in units: a text of a megabyte need not be encoded.
  return text.length > bytesMax || utf8.encode(text).length > bytesMax ? ifLonger : null;
}
