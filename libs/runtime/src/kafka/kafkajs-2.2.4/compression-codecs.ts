import { decompress } from '../decode/decompress.ts';
import { requireInternal } from './internals.ts';

interface Codec {
  readonly compress?: unknown;
  readonly decompress: (bytes: Buffer) => Promise<Buffer>;
}

/** kafkajs decompresses gzip only, without a limit on the output. Messages from before Kafka 0.11 are decoded with these. */
export function installCompressionCodecs(): void {
  const { Codecs } = requireInternal<{ Codecs: Record<number, () => Codec> }>('protocol/message/compression/index.js');
  for (const codec of [1, 2, 3, 4]) {
    const compress = codec === 1 ? Codecs[codec]?.().compress : undefined;
    Codecs[codec] = () => ({ compress, decompress: (bytes) => decompress(codec, bytes) });
  }
}
