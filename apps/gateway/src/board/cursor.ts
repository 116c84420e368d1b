import { z } from 'zod';

/** Where a client is: of which log, how far in each partition, and until when it was told of calls that left. */
export interface Cursor {
  readonly epoch: string;
  /** First offset that the client does not know, by partition. */
  readonly positions: readonly number[];
  /** Every call that had to leave the board before has been told as gone; ms since 1970. */
  readonly leftUntil: number;
}

const Wire = z.strictObject({
  e: z.string().max(64),
  p: z.array(z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)).max(4_096),
  t: z.number().int().min(0).max(8.64e15),
});

/** Opaque to clients; from clients, it may be anything. */
export const cursorText = ({ epoch, positions, leftUntil }: Cursor): string =>
  Buffer.from(JSON.stringify({ e: epoch, p: positions, t: leftUntil })).toString('base64url');

/** @returns null if it is none of ours */
export function readCursor(text: string): Cursor | null {
  try {
    const read = Wire.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return read.success ? { epoch: read.data.e, positions: read.data.p, leftUntil: read.data.t } : null;
  } catch {
    return null;
  }
}
