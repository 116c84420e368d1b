import { ByteWriter } from '../encode/byte-writer.ts';
import { writeRecordBatch } from '../encode/record-batch.ts';
import type { UnsentRecord } from '../encode/record-batch.ts';
import { requireInternal } from './internals.ts';

interface ProducePartition {
  readonly partition: number;
  /** Kafkajs reads `timestamp` and `compression` in its own encoder only; ours writes neither. */
  readonly messages: readonly (UnsentRecord & { readonly timestamp?: string })[];
  readonly firstSequence?: number;
}

/** What kafkajs passes to the encoder of a produce request. */
export interface ProduceOptions {
  readonly acks: number;
  readonly timeout: number;
  readonly compression?: number;
  readonly transactionalId?: string | null;
  /** An integer of 64 bits of kafkajs, or a number. */
  readonly producerId: { readonly toString: () => string };
  readonly producerEpoch: number;
  readonly topicData: readonly { readonly topic: string; readonly partitions: readonly ProducePartition[] }[];
}

interface ProduceProtocol {
  readonly request: { encode: () => Promise<unknown> };
}

interface ProduceModule {
  protocol: (options: { version: number }) => (options: ProduceOptions) => ProduceProtocol;
}

/** First version whose requests have batches of format 2; kafkajs uses 7, Kafka supports it since 2.1. */
const versionMin = 3;

/** kafkajs reads `protocol` for each request. */
export function installProduceEncoder(): void {
  const produce = requireInternal<ProduceModule>('protocol/requests/produce/index.js');
  const original = produce.protocol;
  produce.protocol = ({ version }) => {
    const create = original({ version });
    if (version < versionMin) return create;
    return (options) => {
      const protocol = create(options);
      if (isEncodable(options)) protocol.request.encode = () => Promise.resolve(asPayload(encodeProduce(options)));
      return protocol;
    };
  };
}

/** Ours writes what `openPublisher` sends: neither compressed batches nor transactions, and the time of sending as timestamp. */
const isEncodable = ({ compression = 0, transactionalId = null, topicData }: ProduceOptions): boolean =>
  compression === 0 &&
  transactionalId === null &&
  topicData.every(({ partitions }) =>
    partitions.every(({ messages }) => messages.every(({ timestamp }) => timestamp === undefined)),
  );

/** The part of kafkajs's encoder that it reads of a payload. */
const asPayload = (bytes: Buffer): { buf: Buffer; buffer: Buffer } => ({ buf: bytes, buffer: bytes });

/** First size of the buffer, in bytes; it grows with the records. */
const bytesMin = 16 * 1024;

/**
 * The body of a produce request, all in one buffer: kafkajs allocates 512 bytes for each header of each record, and copies each
 * record five times.
 * @see https://kafka.apache.org/protocol#The_Messages_Produce
 */
export function encodeProduce(options: ProduceOptions): Buffer {
  const { acks, timeout, transactionalId = null, producerEpoch, topicData } = options;
  const producerId = BigInt(options.producerId.toString());
  const timestamp = Date.now();
  const writer = new ByteWriter(bytesMin);
  writer.int16Text(transactionalId);
  writer.int16(acks);
  writer.int32(timeout);
  writer.int32(topicData.length);
  for (const { topic, partitions } of topicData) {
    writer.reserve(2 + 3 * topic.length + 4);
    writer.int16Text(topic);
    writer.int32(partitions.length);
    for (const { partition, messages: records, firstSequence = 0 } of partitions) {
      writer.reserve(8);
      writer.int32(partition);
      writer.withInt32Length(() =>
        writeRecordBatch(writer, { records, producerId, producerEpoch, firstSequence, timestamp }),
      );
    }
  }
  return writer.bytes.subarray(0, writer.length);
}
