const bytesMin = 64 * 1024;
/** A larger buffer is not kept for reuse. */
const spareBytesMax = 4 * 1024 * 1024;
let spare: Buffer | undefined;

/**
 * Text as UTF-8, written piece by piece. With string concatenation all pieces would live until the result is read, and the
 * garbage collector would copy them.
 */
export class Utf8Buffer {
  private bytes = spare ?? Buffer.allocUnsafeSlow(bytesMin);
  /** Bytes written. */
  length = 0;

  constructor() {
    spare = undefined;
  }

  write(text: string): void {
    const lengthMax = this.length + 3 * text.length;
    if (lengthMax > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(lengthMax, 2 * this.bytes.length));
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    this.length += this.bytes.write(text, this.length);
  }

  /** The bytes from `from` to `to`, not copied: valid until the next write. */
  subarray(from: number, to: number): Buffer {
    return this.bytes.subarray(from, to);
  }

  /** Returns all bytes and empties the buffer. */
  take(): Buffer {
    const all = Buffer.allocUnsafeSlow(this.length);
    this.bytes.copy(all, 0, 0, this.length);
    this.length = 0;
    return all;
  }

  /** Empties the buffer, and lets the next one reuse its memory. */
  release(): void {
    if (this.bytes.length <= spareBytesMax) spare = this.bytes;
    this.bytes = Buffer.alloc(0);
    this.length = 0;
  }
}
