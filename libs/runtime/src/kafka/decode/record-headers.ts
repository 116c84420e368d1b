/** Headers of a record, by name; undefined is a header without a value. Of several of one name, the last counts. */
export type LogHeaders = Pick<ReadonlyMap<string, Buffer | undefined>, 'get' | typeof Symbol.iterator>;

/** Where one reads. */
export interface ByteReader {
  readonly bytes: Buffer;
  at: number;
}

/** An integer of Kafka's variable length, and moves behind it. Exact up to 2⁵³. */
export function readVarInt(place: ByteReader): number {
  const { bytes } = place;
  let byte = bytes[place.at++] ?? 0;
  let number = byte & 0x7f;
  for (let scale = 128; byte >= 0x80; scale *= 128) {
    byte = bytes[place.at++] ?? 0;
    number += (byte & 0x7f) * scale;
  }
  // Zigzag: 0, −1, 1, −2, 2 …
  return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
}

/** Headers as they came: nobody reads most of them. */
export class HeadersView implements LogHeaders {
  private readonly bytes: Buffer;
  private readonly start: number;

  constructor(bytes: Buffer, start: number) {
    this.bytes = bytes;
    this.start = start;
  }

  /** `name` in ASCII. One header of every record is asked for: nothing but its value is made. */
  get(name: string): Buffer | undefined {
    const { bytes } = this;
    let found: Buffer | undefined;
    const place = { bytes, at: this.start };
    for (let left = readVarInt(place); left > 0 && place.at < bytes.length; left--) {
      const keyLength = readVarInt(place);
      const key = place.at;
      place.at += keyLength;
      const valueLength = readVarInt(place);
      const value = place.at;
      place.at += Math.max(valueLength, 0);
      if (keyLength === name.length && isAt(bytes, key, name))
        found = valueLength < 0 ? undefined : bytes.subarray(value, value + valueLength);
    }
    return found;
  }

  *[Symbol.iterator](): MapIterator<[string, Buffer | undefined]> {
    const place = { bytes: this.bytes, at: this.start };
    const next = (length: number): Buffer => place.bytes.subarray(place.at, (place.at += length));
    for (let left = readVarInt(place); left > 0 && place.at < place.bytes.length; left--) {
      const key = next(readVarInt(place)).toString();
      const length = readVarInt(place);
      yield [key, length < 0 ? undefined : next(length)];
    }
  }
}

/** Whether exactly the headers of a record stand there. */
export function areValidHeaders(bytes: Buffer, start: number, end: number): boolean {
  const place = { bytes, at: start };
  const skip = (least: number): boolean => {
    const length = readVarInt(place);
    place.at += Math.max(length, 0);
    return length >= least && place.at <= end;
  };
  const count = readVarInt(place);
  // A name cannot be left out, a value can.
  for (let i = 0; i < count; i++) if (!skip(0) || !skip(-1)) return false;
  return count >= 0 && place.at === end;
}

function isAt(bytes: Buffer, offset: number, ascii: string): boolean {
  for (let i = 0; i < ascii.length; i++) if (bytes[offset + i] !== ascii.charCodeAt(i)) return false;
  return true;
}
