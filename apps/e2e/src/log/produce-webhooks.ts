import type { RecordHeaders } from '@callstream/contracts';
import { parseEvent, recordKey } from '@callstream/domain';
import { connectPublisher, createPartitionOf, eventUuid, describeTopic } from '@callstream/runtime';
import type { ProducerRecord } from '@callstream/runtime';
import type { System } from '../system/system.ts';

type KafkaTopic = Pick<System, 'kafka' | 'topic'>;

/** Turns webhooks into records as ingest does: same key, partition, value and headers. `receivedAt`: ms since 1970. */
export async function createRecordOf({
  kafka,
  topic,
}: KafkaTopic): Promise<(body: string, receivedAt: number) => ProducerRecord> {
  const partitionOf = createPartitionOf((await describeTopic(kafka, topic)).partitions);
  return (body, receivedAt) => {
    const value = Buffer.from(body);
    const parsed = parseEvent(value);
    if ('problem' in parsed) throw new Error(`Not an event: ${parsed.problem}: ${body}`);
    const received = new Date(receivedAt).toISOString();
    const { type, at, isTimed } = parsed.event;
    const uuid = eventUuid(value, isTimed ? undefined : received);
    const key = recordKey(parsed.event, uuid);
    const headers: RecordHeaders = {
      ce_specversion: '1.0',
      ce_id: uuid,
      ce_type: type,
      ce_source: '/callstream/ingest',
      ce_time: new Date(at ?? receivedAt).toISOString(),
      'content-type': 'application/json',
      received_at: received,
    };
    return { topic, partition: partitionOf(key), key, value, headers: { ...headers } };
  };
}

/** Produces webhooks as if ingest had received them at `receivedAt`. */
export async function produceWebhooks(log: KafkaTopic, bodies: readonly string[], receivedAt: number): Promise<void> {
  const recordOf = await createRecordOf(log);
  await using publisher = await connectPublisher(log.kafka);
  await publisher.publishBatch(bodies.map((body) => recordOf(body, receivedAt)));
}
