import { delegationBody, delegatorSourceName } from '@callstream/domain';
import type { DelegationEvent } from '@callstream/domain';
import { connectPublisher, createPartitionOf, describeTopic } from '@callstream/runtime';
import type { System } from '../system/system.ts';

type ProducedDelegation = Pick<DelegationEvent, 'callId' | 'type' | 'latencyMs'>;

/** Writes outcomes of calls to the log, as a delegator does. */
export async function produceDelegations(
  { kafka, topic }: Pick<System, 'kafka' | 'topic'>,
  delegations: readonly ProducedDelegation[],
): Promise<void> {
  const partitionOf = createPartitionOf((await describeTopic(kafka, topic)).partitions);
  const at = Date.now();
  const records = delegations.map((delegation) => {
    const { callId } = delegation;
    const value = Buffer.from(delegationBody({ rule: null, destination: null, reason: null, at, ...delegation }));
    const headers = { received_at: new Date(at).toISOString(), source: delegatorSourceName };
    return { topic, key: callId, partition: partitionOf(callId), value, headers };
  });
  await using publisher = await connectPublisher(kafka);
  await publisher.publishBatch(records);
}
