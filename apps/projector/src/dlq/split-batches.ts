/** Kafka's limit is on the batch of a partition: small records of one partition may exceed it together. */
const batchBytesMax = 256 * 1024;
const batchItemsMax = 1_000;

/** `items` in order, in batches that Kafka takes; an item that is larger than a batch stands alone. */
export function splitIntoBatches<T>(items: readonly T[], bytesOf: (item: T) => number): T[][] {
  const batches: T[][] = [];
  let bytes = Infinity;
  for (const item of items) {
    const own = bytesOf(item);
    if (bytes + own > batchBytesMax || (batches.at(-1)?.length ?? 0) >= batchItemsMax) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(item);
    bytes += own;
  }
  return batches;
}
