const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Longest line that is stored whole, in bytes. Lines of Asterisk are shorter than 2,000. */
export const queueLogLineBytesMax = 16 * 1024;

/** A line of a queue_log in the body of a record. */
interface QueueLogBody {
  readonly line: string;
  /** The line is not UTF-8: each character is one of its bytes. */
  readonly encoding?: 'latin1';
  /** Length of a line that is longer than {@link queueLogLineBytesMax}; `line` is its beginning. */
  readonly bytes?: number;
}

/**
 * The body of the record of a line, as JSON. It depends on the bytes of the line alone, and they are its identity: the same line
 * of a copy, of a rotated or of a compressed file is the same event.
 * @param line without its line break; of a longer line, at least the first {@link queueLogLineBytesMax} bytes
 * @param bytes length of the whole line
 */
export function queueLogBody(line: Uint8Array, bytes = line.length): string {
  const isWhole = bytes <= queueLogLineBytesMax;
  const kept = isWhole ? line : line.subarray(0, queueLogLineBytesMax);
  const body: QueueLogBody = { ...textOf(kept), ...(!isWhole && { bytes }) };
  return JSON.stringify(body);
}

function textOf(line: Uint8Array): Pick<QueueLogBody, 'line' | 'encoding'> {
  try {
    return { line: utf8.decode(line) };
  } catch {
    // Not by a TextDecoder: what it calls latin1 is windows-1252.
    return { line: Array.from(line, (byte) => String.fromCharCode(byte)).join(''), encoding: 'latin1' };
  }
}
