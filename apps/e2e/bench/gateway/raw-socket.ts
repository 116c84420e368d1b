import { connect } from 'node:net';

export interface RawSocketOptions {
  readonly port: number;
  /** Gets the payload of each text frame; the buffer is reused after it returns. */
  readonly onText: (payload: Buffer) => void;
  /** The handshake failed, or the connection was lost. */
  readonly onClose: (reason: string) => void;
}

/** A minimal WebSocket client, so that a benchmark measures the server. */
export interface RawSocket {
  readonly send: (text: string) => void;
  readonly destroy: () => void;
}

export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;
const empty = Buffer.alloc(0);
/** Shared by all sockets of the process. */
const readBuffer = Buffer.alloc(262_144);

export const handshake = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  '\r\n',
].join('\r\n');

/** @see RFC 6455, 5.2: a client must mask; a key of zeros does not change the payload. */
export function frameOf(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...size, 0, 0, 0, 0]), payload]);
}

export function openRawSocket({ port, onText, onClose }: RawSocketOptions): RawSocket {
  let isOpen = false;
  /** Bytes of an incomplete frame. */
  let incomplete: Buffer = empty;
  let reason = 'The connection was lost.';

  /** Handles the complete frames. @returns the number of bytes handled */
  const consume = (bytes: Buffer): number => {
    let at = 0;
    if (!isOpen) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return 0;
      const [status = ''] = bytes.toString('latin1', 0, end).split('\r\n');
      if (!status.startsWith('HTTP/1.1 101')) {
        reason = status;
        socket.destroy();
        return bytes.length;
      }
      isOpen = true;
      at = end + 4;
    }
    for (;;) {
      if (bytes.length < at + 2) return at;
      const opcode = (bytes[at] ?? 0) & 0x0f;
      const short = (bytes[at + 1] ?? 0) & 0x7f;
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (bytes.length < at + header) return at;
      const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
      const end = at + header + length;
      if (bytes.length < end) return at;
      const payload = bytes.subarray(at + header, end);
      if (opcode === opcodes.text) onText(payload);
      else if (opcode === opcodes.ping) socket.write(frameOf(opcodes.pong, payload));
      else if (opcode === opcodes.close) reason = `closed with ${length >= 2 ? payload.readUInt16BE(0) : 1005}`;
      at = end;
    }
  };
  const socket = connect({
    host: '127.0.0.1',
    port,
    onread: {
      buffer: readBuffer,
      callback: (size, buffer) => {
        const chunk = (buffer as Buffer).subarray(0, size);
        const bytes = incomplete.length === 0 ? chunk : Buffer.concat([incomplete, chunk]);
        const consumed = consume(bytes);
        incomplete = consumed === bytes.length ? empty : Buffer.from(bytes.subarray(consumed));
        return true;
      },
    },
  });
  socket.setNoDelay(true);
  socket.on('error', (error) => (reason = error.message));
  socket.on('close', () => onClose(reason));
  socket.write(handshake);
  return {
    send: (text) => void socket.write(frameOf(opcodes.text, Buffer.from(text))),
    destroy: () => socket.removeAllListeners('close').destroy(),
  };
}
