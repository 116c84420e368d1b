import { z } from 'zod';

/** What a client knows: of which log, up to which offset of each partition, and which expired calls. */
export interface Cursor {
  /** Which log, projected by which version: see `epochOf`. */
  readonly epoch: string;
  /** First offset that the client does not know, by partition. */
  readonly positions: readonly number[];
  /** The client was sent the departure of every call that was due to leave the board before this time; ms since 1970. */
  readonly expiredUntil: number;
}

const CursorJson = z.strictObject({
  e: z.string().max(64),
  p: z.array(z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)).max(4_096),
  t: z.number().int().min(0).max(8.64e15),
});

/** Opaque to clients. */
export const cursorText = ({ epoch, positions, expiredUntil }: Cursor): string =>
  Buffer.from(JSON.stringify({ e: epoch, p: positions, t: expiredUntil })).toString('base64url');

/** @returns null if the text, which may be anything, is not a cursor of ours */
export function readCursor(text: string): Cursor | null {
  try {
    const { success, data } = CursorJson.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return success ? { epoch: data.e, positions: data.p, expiredUntil: data.t } : null;
  } catch {
    return null;
  }
}
