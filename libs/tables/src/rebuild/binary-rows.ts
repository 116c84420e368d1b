/** @see https://www.postgresql.org/docs/current/sql-copy.html, Binary Format: the signature, no flags, no extension */
const header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const trailer = -1;
const nullLength = -1;

/** Binary timestamps are microseconds since this moment. */
const postgresEpoch = Date.UTC(2000, 0, 1);
/** Object id of the type text, the same in every Postgres. */
const textOid = 25;
const jsonbVersion = 1;

const bytesMin = 64 * 1024;
/** Shorter texts are copied by a loop: a call of Buffer costs more. */
const loopCharsMax = 40;
const uuidDigits = 32;

/**
 * Rows in COPY's binary format. Postgres reads events in two thirds of the time of the text format, and calls in half of it:
 * it parses no times, and searches no separators. The types must be those of the columns.
 */
export class BinaryRows {
  private bytes = Buffer.allocUnsafeSlow(bytesMin);
  private view = viewOf(this.bytes);
  /** Bytes written since the last `take`. */
  length = 0;
  /** Whether no row was written since the beginning. */
  isEmpty = true;

  constructor() {
    this.begin();
  }

  /** Begins a row with so many columns. */
  row(columns: number): void {
    this.reserve(2);
    this.view.setInt16(this.length, columns);
    this.length += 2;
    this.isEmpty = false;
  }

  text(value: string | null): void {
    if (value === null) return this.null();
    this.reserve(4 + 3 * value.length);
    this.withLength(() => this.chars(value));
  }

  texts(values: readonly string[] | null): void {
    if (values === null) return this.null();
    this.reserve(24);
    this.withLength(() => {
      // Dimensions, whether there are nulls, the type; then the length of the dimension, and its first index.
      for (const number of [1, 0, textOid, values.length, 1]) this.rawInt4(number);
      for (const value of values) this.text(value);
    });
  }

  jsonb(json: string | null): void {
    if (json === null) return this.null();
    this.reserve(5 + 3 * json.length);
    this.withLength(() => {
      this.bytes[this.length++] = jsonbVersion;
      this.chars(json);
    });
  }

  /** `value`: 36 characters, in lower case. */
  uuid(value: string): void {
    this.reserve(20);
    this.rawInt4(16);
    let byte = 0;
    for (let i = 0, digits = 0; digits < uuidDigits; i++) {
      const char = value.charCodeAt(i);
      if (char === 0x2d) continue;
      byte = (byte << 4) | ((char & 0xf) + (char >= 0x61 ? 9 : 0));
      if (++digits % 2 === 0) this.bytes[this.length++] = byte;
    }
  }

  bool(value: boolean): void {
    this.reserve(5);
    this.rawInt4(1);
    this.bytes[this.length++] = Number(value);
  }

  int2(value: number): void {
    this.reserve(6);
    this.rawInt4(2);
    this.view.setInt16(this.length, value);
    this.length += 2;
  }

  /** Returns the offset of the number, for {@link addInt4}: valid until the next `take` or `end`. */
  int4(value: number): number {
    this.reserve(8);
    this.rawInt4(4);
    this.rawInt4(value);
    return this.length - 4;
  }

  addInt4(offset: number, more: number): void {
    this.view.setInt32(offset, this.view.getInt32(offset) + more);
  }

  /** `value`: a safe integer. */
  int8(value: number | null): void {
    if (value === null) return this.null();
    this.reserve(12);
    this.rawInt4(8);
    const high = Math.floor(value / 2 ** 32);
    this.view.setInt32(this.length, high);
    this.view.setUint32(this.length + 4, value - high * 2 ** 32);
    this.length += 8;
  }

  /** `ms` since 1970. */
  timestamp(ms: number | null): void {
    this.int8(ms === null ? null : (ms - postgresEpoch) * 1_000);
  }

  /** Returns what was written since the last `take`, the beginning included. */
  take(): Buffer {
    const all = Buffer.allocUnsafeSlow(this.length);
    this.bytes.copy(all, 0, 0, this.length);
    this.length = 0;
    return all;
  }

  /** Ends the rows: returns the rest of them. Then others begin. */
  end(): Buffer {
    this.row(trailer);
    const rest = this.take();
    this.begin();
    return rest;
  }

  private begin(): void {
    this.reserve(header.length);
    header.copy(this.bytes, this.length);
    this.length += header.length;
    this.isEmpty = true;
  }

  private null(): void {
    this.reserve(4);
    this.rawInt4(nullLength);
  }

  private rawInt4(value: number): void {
    this.view.setInt32(this.length, value);
    this.length += 4;
  }

  /** Writes the length of what `write` writes before it. */
  private withLength(write: () => void): void {
    const start = this.length;
    this.length += 4;
    write();
    this.view.setInt32(start, this.length - start - 4);
  }

  /** As UTF-8. */
  private chars(text: string): void {
    const start = this.length;
    if (text.length <= loopCharsMax) {
      for (let i = 0; i < text.length; i++) {
        const char = text.charCodeAt(i);
        if (char >= 0x80) {
          this.length = start + this.bytes.write(text, start);
          return;
        }
        this.bytes[start + i] = char;
      }
      this.length = start + text.length;
    } else this.length = start + this.bytes.write(text, start);
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
    this.view = viewOf(larger);
  }
}

const viewOf = ({ buffer, byteOffset, length }: Buffer): DataView => new DataView(buffer, byteOffset, length);
