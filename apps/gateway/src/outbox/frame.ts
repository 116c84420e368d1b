import type { Socket } from 'node:net';

/** A text message for a client: text, or its bytes in pieces. Pieces may be shared: a hundred clients get one copy of 2 MiB. */
export type OutgoingFrame = string | readonly Buffer[];

export const piecesOf = (frame: OutgoingFrame): readonly Buffer[] =>
  typeof frame === 'string' ? [Buffer.from(frame)] : frame;

/** FIN, and the opcode of text. */
const finAndText = 0x81;
const length16 = 126;
const length64 = 127;

/**
 * Writes one text frame of several pieces, as a server does: not masked, not compressed.
 * @see RFC 6455, 5.2. ws would copy the pieces into one.
 */
export function writeText(socket: Socket, pieces: readonly Buffer[], onWritten: (error?: Error | null) => void): void {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  socket.cork();
  socket.write(headerOf(length));
  pieces.forEach((piece, i) => socket.write(piece, i === pieces.length - 1 ? onWritten : undefined));
  socket.uncork();
}

function headerOf(length: number): Buffer {
  if (length < length16) return Buffer.from([finAndText, length]);
  if (length < 65_536) {
    const header = Buffer.from([finAndText, length16, 0, 0]);
    header.writeUInt16BE(length, 2);
    return header;
  }
  const header = Buffer.alloc(10);
  header.set([finAndText, length64]);
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
