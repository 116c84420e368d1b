import { isProgrammingError } from '@callstream/resilience';
import { createLogThrottle } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import type { Spool } from '@callstream/spool';
import { WebhookRejected } from '../problem.ts';
import { recordOf } from '../record.ts';
import type { AcceptedEvent, PartitionOf } from '../record.ts';
import type { BatchingPublisher } from './batching-publisher.ts';

export interface PublishedEvent {
  readonly accepted: AcceptedEvent;
  readonly uuid: string;
  readonly storedIn: 'kafka' | 'spool';
}

/** Stores an event. @throws {WebhookRejected} if it may not be stored */
export type Publish = (accepted: AcceptedEvent) => Promise<PublishedEvent>;

export interface PublishOptions {
  readonly publisher: Pick<BatchingPublisher, 'add'>;
  readonly spool: Pick<Spool, 'add'>;
  readonly topic: string;
  readonly partitionOf: PartitionOf;
  readonly log: Log;
}

/** Kafka first. An event that Kafka does not acknowledge before the deadline goes to the spool. A bug does not lose it either, and is logged. */
export function createPublish({ publisher, spool, topic, partitionOf, log }: PublishOptions): Publish {
  const throttled = createLogThrottle();
  const reportBug = (error: unknown): void => {
    if (isProgrammingError(error)) throttled((untold) => log.error({ error: error.stack, untold }, 'publish.failed'));
  };
  return async (accepted) => {
    const { record, uuid } = recordOf(accepted, { topic, partitionOf });
    try {
      await publisher.add(record);
      return { accepted, uuid, storedIn: 'kafka' };
    } catch (error) {
      // The batching publisher has logged why, once for the whole batch.
      reportBug(error);
    }
    try {
      await spool.add(record);
      return { accepted, uuid, storedIn: 'spool' };
    } catch (error) {
      reportBug(error);
      // The spool has logged why, once for the whole batch.
      throw new WebhookRejected({ kind: 'unavailable', problem: 'The event may not be stored: send it again.' });
    }
  };
}
