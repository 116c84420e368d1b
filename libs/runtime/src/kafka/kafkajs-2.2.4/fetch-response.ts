import { readRecordSet } from '../decode/record-set.ts';
import { requireInternal } from './internals.ts';

/** kafkajs's reader of protocol fields. */
interface Decoder {
  readonly readInt16: () => number;
  readonly readInt32: () => number;
  readonly readInt64: () => bigint;
  readonly readString: () => string;
  readonly readBytes: () => Buffer | null;
  readonly readArray: <T>(read: (decoder: Decoder) => T) => T[];
}

/** kafkajs reads `decode` for each response. Version 11 is the newest that it uses; Kafka supports it since 2.3. */
export function installFetchDecoder(): void {
  const response = requireInternal<{ decode: (bytes: Buffer) => Promise<unknown> }>(
    'protocol/requests/fetch/v11/response.js',
  );
  const decodeFetch = createDecodeFetch();
  response.decode = (bytes) => Promise.resolve(decodeFetch(bytes));
}

/**
 * Decodes a fetch response as kafkajs does, except for its records: kafkajs allocates a dozen objects and six
 * BigInts per record, which took a third of the CPU at 40,000 records a second (docs/decisions/0006).
 * @see https://kafka.apache.org/protocol#The_Messages_Fetch
 */
export function createDecodeFetch(): (bytes: Buffer) => unknown {
  const KafkajsDecoder = requireInternal<new (bytes: Buffer) => Decoder>('protocol/decoder.js');
  return (bytes) => {
    const decoder = new KafkajsDecoder(bytes);
    return {
      // Since version 8 the client throttles itself: kafkajs would take `throttleTime` for a delay that the broker has applied.
      throttleTime: 0,
      clientSideThrottleTime: decoder.readInt32(),
      errorCode: decoder.readInt16(),
      sessionId: decoder.readInt32(),
      responses: decoder.readArray((topic) => {
        const topicName = topic.readString();
        return { topicName, partitions: topic.readArray((partition) => decodePartition(topicName, partition)) };
      }),
    };
  };
}

function decodePartition(topic: string, decoder: Decoder): object {
  const partition = decoder.readInt32();
  const errorCode = decoder.readInt16();
  const highWatermark = String(decoder.readInt64());
  const lastStableOffset = String(decoder.readInt64());
  const lastStartOffset = String(decoder.readInt64());
  const aborted = decoder.readArray((transaction) => ({
    producerId: String(transaction.readInt64()),
    firstOffset: Number(transaction.readInt64()),
  }));
  const preferredReadReplica = decoder.readInt32();
  const bytes = decoder.readBytes() ?? Buffer.alloc(0);
  return {
    partition,
    errorCode,
    highWatermark,
    lastStableOffset,
    lastStartOffset,
    preferredReadReplica,
    // `readRecordSet` has already removed their records.
    abortedTransactions: [],
    messages: readRecordSet({ topic, partition, bytes, aborted }),
  };
}
