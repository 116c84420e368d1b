/** Kafka limits the batch of a partition, which small records may exceed together, in bytes. */
const batchBytesMax = 256 * 1024;
const batchItemsMax = 1_000;

/** Splits `items`, in order, into batches that Kafka accepts; an item that is larger than a batch gets one of its own. */
export function splitIntoBatches<T>(items: readonly T[], bytesOf: (item: T) => number): T[][] {
  const batches: T[][] = [];
  let bytes = Infinity;
  for (const item of items) {
    const itemBytes = bytesOf(item);
    if (bytes + itemBytes > batchBytesMax || (batches.at(-1)?.length ?? 0) >= batchItemsMax) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(item);
    bytes += itemBytes;
  }
  return batches;
}
