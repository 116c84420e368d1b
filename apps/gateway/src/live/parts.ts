import type { Board, Entry } from '../board/board.ts';

/** Longest part of a snapshot or of what changed, in bytes; a single call may be longer. */
export const partBytesMax = 128 * 1024;

/** What a client is to be told. */
export interface Told {
  readonly calls: readonly Entry[];
  readonly gone: readonly string[];
  /** Whether to somebody for whom numbers are masked. */
  readonly masked?: boolean;
}

/** JSON text of the items of `calls` and of `gone`, joined by commas. */
interface Part {
  readonly calls: string;
  readonly gone: string;
}

/** Cuts what is to be told into parts; at least one, if empty. Each call is made into text once per change. */
function cutIntoParts(board: Board, { calls, gone, masked = false }: Told): Part[] {
  const parts: Part[] = [];
  let callTexts: string[] = [];
  let goneTexts: string[] = [];
  let bytes = 0;
  const end = (): void => {
    parts.push({ calls: callTexts.join(), gone: goneTexts.join() });
    [callTexts, goneTexts, bytes] = [[], [], 0];
  };
  const add = (texts: 'calls' | 'gone', text: string, length: number): void => {
    if (bytes > 0 && bytes + length > partBytesMax) end();
    (texts === 'calls' ? callTexts : goneTexts).push(text);
    bytes += length + 1;
  };
  for (const callId of gone) {
    const text = JSON.stringify(callId);
    add('gone', text, Buffer.byteLength(text));
  }
  for (const entry of calls) {
    const text = board.json(entry, masked);
    add('calls', text, masked ? Buffer.byteLength(text) : entry.bytes);
  }
  if (bytes > 0 || parts.length === 0) end();
  return parts;
}

/** `CallsChanged` frames; a cursor stands only in the last. */
export function changedFrames(board: Board, told: Told, cursor: string): Buffer[] {
  const parts = cutIntoParts(board, told);
  return parts.map(({ calls, gone }, i) => {
    const end = i === parts.length - 1 ? `,"cursor":"${cursor}"` : '';
    return Buffer.from(`{"event":"CallsChanged","data":{"calls":[${calls}],"gone":[${gone}]${end}}}`);
  });
}

/** The ends of `Snapshot` frames, which clients who ask the same share; {@link snapshotHead} goes before. */
export function snapshotTails(
  board: Board,
  told: Told,
  { cursor, reset }: { cursor: string; reset: boolean },
): Buffer[] {
  const parts = cutIntoParts(board, told);
  return parts.map(({ calls, gone }, i) => {
    const left = gone === '' ? '' : `,"gone":[${gone}]`;
    const end = i === parts.length - 1 ? `,"cursor":"${cursor}"` : '';
    const mode = reset ? ',"reset":true' : '';
    return Buffer.from(`,"part":${i + 1},"parts":${parts.length}${mode},"calls":[${calls}]${left}${end}}}`);
  });
}

export interface SnapshotHead {
  readonly id: string | number | undefined;
  readonly as_of: number;
  readonly now: number;
  readonly lag: number;
}

export const snapshotHead = ({ id, ...data }: SnapshotHead): Buffer =>
  Buffer.from(JSON.stringify({ event: 'Snapshot', status: 'Ok', id, data }).slice(0, -2));
