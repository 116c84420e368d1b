import { createRequire } from 'node:module';

interface Connection {
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  readonly isConnected: () => boolean;
  connect: () => Promise<true>;
}

const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/connection.js') as { prototype: Connection };
const { connect } = prototype;
const connecting = new WeakMap<Connection, Promise<true>>();

/** The length of an answer, which comes first, in bytes. */
const lengthBytes = 4;

/**
 * kafkajs 2.2.4 keeps what came of an answer when its connection breaks, and takes what comes over the next one for the
 * rest of it: no answer is understood any more, each request waits for its 30 s, and the consumer stands still without a
 * word. And two requests that find no connection open one each, whose answers mix. Here each connection begins with an
 * empty buffer, and there is one.
 */
prototype.connect = function (this: Connection): Promise<true> {
  if (this.isConnected()) return connect.call(this);
  const begun = connecting.get(this);
  if (begun) return begun;
  [this.chunks, this.bytesBuffered, this.bytesNeeded] = [[], 0, lengthBytes];
  const opening = connect.call(this).finally(() => connecting.delete(this));
  connecting.set(this, opening);
  return opening;
};
