/** Longest text of a field, and what happens to a longer one. */
export interface TextLimit {
  /** In bytes of UTF-8. */
  readonly bytesMax: number;
  /**
   * refused: the body is not an event. omitted: the field is null, and the event names it; the body keeps the whole text.
   * Nothing is truncated: two truncated identifiers could be equal, and their calls would merge.
   */
  readonly ifLonger: 'refused' | 'omitted';
}

const identifier: TextLimit = { bytesMax: 512, ifLonger: 'refused' };
const number: TextLimit = { bytesMax: 256, ifLonger: 'omitted' };

/**
 * Every field of a body that the tables store as a text. An entry of a Postgres B-tree index has at most 2,704 bytes, so an
 * index of two identifiers cannot fail.
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
  reason: { bytesMax: 256, ifLonger: 'omitted' },
  direction: { bytesMax: 256, ifLonger: 'omitted' },
  url: { bytesMax: 8_192, ifLonger: 'omitted' },
} as const satisfies Record<string, TextLimit>;
export type TextField = keyof typeof textLimits;

/** A UTF-16 code unit takes at most three bytes of UTF-8, so a text of so many units is within every limit. */
const unitsAlwaysFit = Math.floor(Math.min(...Object.values(textLimits).map(({ bytesMax }) => bytesMax)) / 3);

const utf8 = new TextEncoder();

/** Fields of an event that exceed their limit: the first that makes it no event, and all that are omitted. */
export interface OverLongFields {
  refused: TextField | null;
  omitted: TextField[] | null;
}

/** The text, or null if it exceeds the limit of its field; then `overLong` notes the field. */
export function limitText(text: string, field: TextField, overLong: OverLongFields): string | null {
  if (text.length <= unitsAlwaysFit) return text;
  const { bytesMax, ifLonger } = textLimits[field];
  // There are never fewer bytes than units, so a text of a megabyte is not encoded.
  if (text.length <= bytesMax && utf8.encode(text).length <= bytesMax) return text;
  if (ifLonger === 'refused') overLong.refused ??= field;
  else if (overLong.omitted?.includes(field) !== true) (overLong.omitted ??= []).push(field);
  return null;
}

export const refusalOf = (field: TextField): { readonly problem: string } => ({
  problem: `"${field}" is longer than ${textLimits[field].bytesMax} bytes.`,
});
