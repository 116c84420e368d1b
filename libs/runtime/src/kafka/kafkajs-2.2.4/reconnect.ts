import { requireInternal } from './internals.ts';

interface Connection {
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  readonly isConnected: () => boolean;
  connect: () => Promise<true>;
}

/** Size of the length that precedes each response, in bytes. */
const lengthBytes = 4;

/**
 * When a connection breaks within a response, kafkajs keeps the received part, and takes the bytes of the next
 * connection for the rest of it: no response can be parsed, each request waits for its timeout of 30 s, and the consumer
 * stalls without an error. Also, two requests that find no connection open one each, and their responses mix. With this
 * patch each connection starts with an empty buffer, and concurrent calls share one.
 */
export function repairReconnect(): void {
  const { prototype } = requireInternal<{ prototype: Connection }>('network/connection.js');
  const { connect } = prototype;
  const connecting = new WeakMap<Connection, Promise<true>>();
  prototype.connect = function (this: Connection): Promise<true> {
    if (this.isConnected()) return connect.call(this);
    const pending = connecting.get(this);
    if (pending) return pending;
    this.chunks = [];
    this.bytesBuffered = 0;
    this.bytesNeeded = lengthBytes;
    const opening = connect.call(this).finally(() => connecting.delete(this));
    connecting.set(this, opening);
    return opening;
  };
}
