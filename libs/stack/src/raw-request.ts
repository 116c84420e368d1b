import { once } from 'node:events';
import { connect } from 'node:net';

/** A request to a Kafka broker. @see https://kafka.apache.org/protocol#protocol_api_keys */
export interface RawRequest {
  readonly apiKey: number;
  /** One with the first version of the request header: no tagged fields. */
  readonly version: number;
  readonly body: readonly Buffer[];
}

export const text = (string: string): Buffer => Buffer.concat([int16(string.length), Buffer.from(string)]);
export const int16 = (number: number): Buffer => Buffer.from([number >> 8, number & 255]);
export const int32 = (number: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(number);
  return bytes;
};

/**
 * Sends one request on a connection of its own. @returns the body of the response
 * @throws {Error} if the broker does not answer within 30 s
 */
export async function sendRequest(broker: string, { apiKey, version, body }: RawRequest): Promise<Buffer> {
  const [host, port] = broker.split(':');
  const socket = connect(Number(port), host);
  try {
    // Correlation id and client id follow the version.
    const request = Buffer.concat([int16(apiKey), int16(version), int32(1), text('raw'), ...body]);
    socket.write(Buffer.concat([int32(request.length), request]));
    const signal = AbortSignal.timeout(30_000);
    const closed = once(socket, 'end', { signal }).then(() => {
      throw new Error(`${broker} closed the connection without a response.`);
    });
    closed.catch(() => undefined);
    let answer = Buffer.alloc(0);
    while (answer.length < 4 || answer.length < 4 + answer.readInt32BE(0)) {
      const [chunk] = (await Promise.race([once(socket, 'data', { signal }), closed])) as [Buffer];
      answer = Buffer.concat([answer, chunk]);
    }
    // After size and correlation id.
    return answer.subarray(8);
  } finally {
    socket.destroy();
  }
}
