/** Headers of a record, by name; undefined is a header without a value. Of several with one name, the last counts. */
export type LogHeaders = Pick<ReadonlyMap<string, Buffer | undefined>, 'get' | typeof Symbol.iterator>;

/** Bytes, and the index of the next one to read. */
export interface ByteReader {
  readonly bytes: Buffer;
  index: number;
}

/** Reads a varint (zigzag), and advances the reader. Exact up to 2⁵³. */
export function readVarInt(reader: ByteReader): number {
  const { bytes } = reader;
  let byte = bytes[reader.index++] ?? 0;
  // Nearly all have one byte, and a record has forty of them.
  if (byte < 0x80) return (byte >> 1) ^ -(byte & 1);
  let number = byte & 0x7f;
  for (let scale = 128; byte >= 0x80; scale *= 128) {
    byte = bytes[reader.index++] ?? 0;
    number += (byte & 0x7f) * scale;
  }
  // Zigzag: 0, −1, 1, −2, 2 …
  return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
}

/** Headers that are decoded on access: most are never read. */
export class HeadersView implements LogHeaders {
  private readonly bytes: Buffer;
  private readonly start: number;

  constructor(bytes: Buffer, start: number) {
    this.bytes = bytes;
    this.start = start;
  }

  /** `name` in ASCII. Called several times for every record, so it allocates only the value. */
  get(name: string): Buffer | undefined {
    const { bytes } = this;
    let found: Buffer | undefined;
    const reader = { bytes, index: this.start };
    for (let left = readVarInt(reader); left > 0 && reader.index < bytes.length; left--) {
      const keyLength = readVarInt(reader);
      const key = reader.index;
      reader.index += keyLength;
      const valueLength = readVarInt(reader);
      const value = reader.index;
      reader.index += Math.max(valueLength, 0);
      if (keyLength === name.length && equalsAscii(bytes, key, name))
        found = valueLength < 0 ? undefined : bytes.subarray(value, value + valueLength);
    }
    return found;
  }

  *[Symbol.iterator](): MapIterator<[string, Buffer | undefined]> {
    const reader = { bytes: this.bytes, index: this.start };
    const next = (length: number): Buffer => reader.bytes.subarray(reader.index, (reader.index += length));
    for (let left = readVarInt(reader); left > 0 && reader.index < reader.bytes.length; left--) {
      const key = next(readVarInt(reader)).toString();
      const length = readVarInt(reader);
      yield [key, length < 0 ? undefined : next(length)];
    }
  }
}

/** Whether the bytes from `start` to `end` are exactly the headers of a record. */
export function areValidHeaders(bytes: Buffer, start: number, end: number): boolean {
  const reader = { bytes, index: start };
  const skip = (lengthMin: number): boolean => {
    const length = readVarInt(reader);
    reader.index += Math.max(length, 0);
    return length >= lengthMin && reader.index <= end;
  };
  const count = readVarInt(reader);
  // The value may be null (length −1), the name may not.
  for (let i = 0; i < count; i++) if (!skip(0) || !skip(-1)) return false;
  return count >= 0 && reader.index === end;
}

function equalsAscii(bytes: Buffer, offset: number, ascii: string): boolean {
  for (let i = 0; i < ascii.length; i++) if (bytes[offset + i] !== ascii.charCodeAt(i)) return false;
  return true;
}
