import type { RecordHeaders } from '@callstream/contracts';
import { recordKey } from '@callstream/domain';
import type { ParsedEvent } from '@callstream/domain';
import { DeadlineExceeded, eventUuid, isTransientKafkaFailure, within } from '@callstream/runtime';
import type { Log, OutRecord } from '@callstream/runtime';
import { QueueFull } from './batch.ts';
import type { Batcher } from './batch.ts';
import { Rejected } from './problem.ts';

/** Longest that a sender waits for its answer, in ms: the known ones give up after 5 s. */
const answerWithinMs = 4_000;

/** What a record takes on the wire besides its body and key, in bytes: headers and framing. */
const overheadBytes = 400;

interface Accepted {
  readonly event: ParsedEvent;
  readonly body: Buffer;
  readonly receivedAt: string;
}

/** Stores an event in the log and returns its uuid. @throws {Rejected} if it is not known to be stored */
export type Publish = (accepted: Accepted) => Promise<string>;

export function createPublish(
  batcher: Batcher,
  { topic, partitionOf, log }: { topic: string; partitionOf: (key: string) => number; log: Log },
): Publish {
  return async (accepted) => {
    const { record, uuid } = recordOf(accepted, topic, partitionOf);
    try {
      await within(
        answerWithinMs,
        batcher.add(record, accepted.body.length + (record.key?.length ?? 0) + overheadBytes),
      );
      return uuid;
    } catch (error) {
      if (!(error instanceof DeadlineExceeded || error instanceof QueueFull || isTransientKafkaFailure(error)))
        log.error({ error: String(error) }, 'publish.failed');
      throw new Rejected({ kind: 'unavailable', problem: 'The event is not known to be stored: send it again.' });
    }
  };
}

function recordOf(
  { event, body, receivedAt }: Accepted,
  topic: string,
  partitionOf: (key: string) => number,
): { record: OutRecord; uuid: string } {
  const uuid = event.at === null ? eventUuid(body, receivedAt) : eventUuid(body);
  const key = recordKey(event, uuid);
  const headers: RecordHeaders = {
    ce_specversion: '1.0',
    ce_id: uuid,
    ce_type: event.type,
    ce_source: '/callstream/ingest',
    ce_time: event.at === null ? receivedAt : new Date(event.at).toISOString(),
    'content-type': 'application/json',
    received_at: receivedAt,
  };
  return { record: { topic, partition: partitionOf(key), key, value: body, headers: { ...headers } }, uuid };
}
