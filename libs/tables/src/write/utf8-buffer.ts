const bytesMin = 64 * 1024;
/** A larger one is not kept for the next. */
const spareBytesMax = 4 * 1024 * 1024;
let spare: Buffer | undefined;

/**
 * Text as UTF-8, written piece by piece. Where strings are put together, all of their pieces live on until somebody reads
 * the whole, and the garbage collector copies them meanwhile.
 */
export class Utf8Buffer {
  private bytes = spare ?? Buffer.allocUnsafeSlow(bytesMin);
  /** Bytes that are written. */
  length = 0;

  constructor() {
    spare = undefined;
  }

  write(text: string): void {
    const most = this.length + 3 * text.length;
    if (most > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(most, 2 * this.bytes.length));
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    this.length += this.bytes.write(text, this.length);
  }

  /** Copies what stands from `from` to `to`; returns the place behind it. */
  copy(target: Buffer, at: number, from: number, to: number): number {
    return at + this.bytes.copy(target, at, from, to);
  }

  /** The byte that was written there, for whoever changes it. */
  at(place: number): number {
    return this.bytes[place] ?? 0;
  }

  put(place: number, byte: number): void {
    this.bytes[place] = byte;
  }

  /** All of it; then it is empty. */
  take(): Buffer {
    const all = Buffer.allocUnsafeSlow(this.length);
    this.copy(all, 0, 0, this.length);
    this.length = 0;
    return all;
  }

  /** Empties it, and lets the next one have its room. */
  release(): void {
    if (this.bytes.length <= spareBytesMax) spare = this.bytes;
    this.bytes = Buffer.alloc(0);
    this.length = 0;
  }
}
