const seed = 0x9747b28c;
const m = 0x5bd1e995;

/** murmur2 as Kafka's clients compute it, as int32. kafkajs computes with BigInts. */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  let h = seed ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k = byte(data, i) | (byte(data, i + 1) << 8) | (byte(data, i + 2) << 16) | (byte(data, i + 3) << 24);
    k = Math.imul(k, m);
    k = Math.imul(k ^ (k >>> 24), m);
    h = Math.imul(h, m) ^ k;
  }
  if (i < length) {
    for (let rest = length - 1; rest >= i; rest--) h ^= byte(data, rest) << (8 * (rest - i));
    h = Math.imul(h, m);
  }
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}

const byte = (data: Uint8Array, index: number): number => data[index] ?? 0;
