import { createRequire } from 'node:module';
import { decompress } from '../decode/decompress.ts';

interface Codec {
  readonly compress?: unknown;
  readonly decompress: (bytes: Buffer) => Promise<Buffer>;
}

const { Codecs } = createRequire(import.meta.url)('kafkajs/src/protocol/message/compression/index.js') as {
  Codecs: Record<number, () => Codec>;
};

// kafkajs 2.2.4 decompresses gzip only, without a limit on the output. Messages from before Kafka 0.11 are decoded with these.
for (const codec of [1, 2, 3, 4]) {
  const compress = codec === 1 ? Codecs[codec]?.().compress : undefined;
  Codecs[codec] = () => ({ compress, decompress: (bytes) => decompress(codec, bytes) });
}
