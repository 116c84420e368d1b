/** Writes the fields of Kafka's protocol, big-endian, one after the other into one buffer. Its users reserve before they write. */
export class ByteWriter {
  bytes: Buffer;
  /** Bytes written so far. */
  length = 0;

  /** @param bytesMin initial size of the buffer, which grows when needed */
  constructor(bytesMin: number) {
    this.bytes = Buffer.allocUnsafe(bytesMin);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  int8(value: number): void {
    this.bytes[this.length++] = value;
  }

  int16(value: number): void {
    this.length = this.bytes.writeInt16BE(value, this.length);
  }

  int32(value: number): void {
    this.length = this.bytes.writeInt32BE(value, this.length);
  }

  int64(value: bigint): void {
    this.length = this.bytes.writeBigInt64BE(value, this.length);
  }

  /** Zigzag, then 7 bits per byte, the lowest first; `value` as int32. */
  varint(value: number): void {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A varint with the length in bytes, and the UTF-8 bytes. */
  varintText(text: string): void {
    const start = this.length;
    this.varint(text.length);
    // Most texts are short and ASCII: no call of a native function for each.
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.length = start;
        this.varintBytes(Buffer.from(text));
        return;
      }
      this.bytes[this.length++] = code;
    }
  }

  /** A varint with the length, and the bytes. */
  varintBytes(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }

  /** An int16 with the length in bytes, and the UTF-8 bytes; null: -1 only. */
  int16Text(text: string | null): void {
    const bytes = text === null ? null : Buffer.from(text);
    this.int16(bytes?.length ?? -1);
    if (bytes) this.raw(bytes);
  }

  /** Runs `write`, and puts an int32 with the number of bytes that it wrote before them. */
  withInt32Length(write: () => void): void {
    const start = this.length;
    this.length += 4;
    write();
    this.bytes.writeInt32BE(this.length - start - 4, start);
  }
}
