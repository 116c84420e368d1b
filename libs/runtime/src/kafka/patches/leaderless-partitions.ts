import { createRequire } from 'node:module';

interface Metadata {
  readonly topicMetadata: readonly { readonly partitionMetadata: { partitionErrorCode: number }[] }[];
}

/** LEADER_NOT_AVAILABLE, REPLICA_NOT_AVAILABLE, LISTENER_NOT_FOUND: the broker of a partition is away. */
const awayCodes = new Set([5, 9, 72]);

/** How long metadata are used before they are asked for again, in ms: a leader that is back must be noticed. */
export const metadataMaxAgeMs = 5_000;

const require = createRequire(import.meta.url);

/**
 * kafkajs 2.2.4 takes the metadata of a topic for failed when one of its partitions has no leader: a producer could not
 * write, and a consumer not read, any of the others. Here such a partition has leader -1, and only who needs it fails.
 */
for (const version of [0, 1, 2, 3, 4, 5, 6]) {
  const response = require(`kafkajs/src/protocol/requests/metadata/v${version}/response.js`) as {
    parse: (data: Metadata) => Promise<Metadata>;
  };
  const { parse } = response;
  response.parse = (data) => {
    for (const { partitionMetadata } of data.topicMetadata)
      for (const partition of partitionMetadata)
        if (awayCodes.has(partition.partitionErrorCode)) partition.partitionErrorCode = 0;
    return parse(data);
  };
}
