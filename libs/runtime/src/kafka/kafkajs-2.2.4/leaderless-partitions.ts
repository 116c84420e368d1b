import { requireInternal } from './internals.ts';

interface Metadata {
  readonly topicMetadata: readonly { readonly partitionMetadata: { partitionErrorCode: number }[] }[];
}

/** LEADER_NOT_AVAILABLE, REPLICA_NOT_AVAILABLE, LISTENER_NOT_FOUND: a broker of the partition is down. */
const brokerDownCodes = new Set([5, 9, 72]);

/** How long clients cache metadata, in ms: it bounds how late they notice that a leader is back. */
export const metadataMaxAgeMs = 5_000;

/**
 * kafkajs rejects the metadata of a topic if one partition has no leader, so that no partition could be read or
 * written. With this patch such a partition has leader -1, and only requests to it fail.
 */
export function tolerateLeaderlessPartitions(): void {
  for (const version of [0, 1, 2, 3, 4, 5, 6]) {
    const response = requireInternal<{ parse: (data: Metadata) => Promise<Metadata> }>(
      `protocol/requests/metadata/v${version}/response.js`,
    );
    const { parse } = response;
    response.parse = (data) => {
      for (const { partitionMetadata } of data.topicMetadata)
        for (const partition of partitionMetadata)
          if (brokerDownCodes.has(partition.partitionErrorCode)) partition.partitionErrorCode = 0;
      return parse(data);
    };
  }
}
