import type { KafkaMessage } from 'kafkajs';
import { requireInternal } from './internals.ts';

/**
 * Decodes a message of formats 0 and 1, from before Kafka 0.11, as kafkajs does; a compressed one contains others.
 * The codecs of `compression-codecs.ts` decompress.
 */
export function decodeLegacyMessages(bytes: Buffer): Promise<KafkaMessage[]> {
  const KafkajsDecoder = requireInternal<new (bytes: Buffer) => object>('protocol/decoder.js');
  const decodeMessageSet = requireInternal<(decoder: object, bytes: number) => Promise<KafkaMessage[]>>(
    'protocol/messageSet/decoder.js',
  );
  return decodeMessageSet(new KafkajsDecoder(bytes), bytes.length);
}
