import { createRequire } from 'node:module';

/** Headers of a record, by name; undefined is a header without a value. Of several of one name, the last counts. */
export type LogHeaders = Pick<ReadonlyMap<string, Buffer | undefined>, 'get' | typeof Symbol.iterator>;

/** A place in the bytes of a record, as kafkajs reads them. */
interface Decoder {
  readonly buffer: Buffer;
  offset: number;
  readVarInt: () => number;
  readVarIntArray: (read: unknown) => unknown;
}

const require = createRequire(import.meta.url);
const DecoderOf = require('kafkajs/src/protocol/decoder.js') as { new (bytes: Buffer): Decoder; prototype: Decoder };
const readHeader: unknown = require('kafkajs/src/protocol/recordBatch/header/v0/decoder.js');
const readVarIntArray = Reflect.get(DecoderOf.prototype, 'readVarIntArray');

/** Headers as they came: nobody reads most of them. */
export class PackedHeaders implements LogHeaders {
  private readonly bytes: Buffer;
  private readonly start: number;

  constructor({ buffer, offset }: Decoder) {
    this.bytes = buffer;
    this.start = offset;
  }

  /** `name` in ASCII. One header of every record is asked for: nothing but its value is made. */
  get(name: string): Buffer | undefined {
    const { bytes } = this;
    let found: Buffer | undefined;
    const decoder = new DecoderOf(bytes);
    decoder.offset = this.start;
    for (let left = decoder.readVarInt(); left > 0; left--) {
      const keyLength = decoder.readVarInt();
      const key = decoder.offset;
      decoder.offset += keyLength;
      const valueLength = decoder.readVarInt();
      const value = decoder.offset;
      decoder.offset += Math.max(valueLength, 0);
      if (keyLength === name.length && isAt(bytes, key, name))
        found = valueLength < 0 ? undefined : bytes.subarray(value, value + valueLength);
    }
    return found;
  }

  *[Symbol.iterator](): MapIterator<[string, Buffer | undefined]> {
    const decoder = new DecoderOf(this.bytes);
    decoder.offset = this.start;
    const headers = readVarIntArray.call(decoder, readHeader) as { key: string; value: Buffer | null }[];
    for (const { key, value } of headers) yield [key, value ?? undefined];
  }

  /** What kafkajs does with an array of headers: it makes an object of them. */
  reduce(): this {
    return this;
  }
}

function isAt(bytes: Buffer, offset: number, ascii: string): boolean {
  for (let i = 0; i < ascii.length; i++) if (bytes[offset + i] !== ascii.charCodeAt(i)) return false;
  return true;
}

/** kafkajs 2.2.4 copies an object for every header of every record. */
DecoderOf.prototype.readVarIntArray = function (this: Decoder, read: unknown): unknown {
  return read === readHeader ? new PackedHeaders(this) : readVarIntArray.call(this, read);
};
