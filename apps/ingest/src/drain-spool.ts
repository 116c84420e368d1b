import { statSync } from 'node:fs';
import { connectKafka, kafkaConnection, openPublisher, showProgressBar, stopSignal } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { Registry } from 'prom-client';
import type { IngestConfig } from './config.ts';
import { kafkaDeadlineMs } from './publish/batching-publisher.ts';
import { createPartitionBreakers } from './publish/circuit-breaker.ts';
import { startDrainer } from './publish/drainer.ts';
import { createTopicMetadata } from './publish/topic-metadata.ts';
import { waitForTopic } from './publish/wait-for-topic.ts';
import { lockFile } from './spool/folder-lock.ts';
import { isSpool } from './spool/folder.ts';
import { createSpoolMetrics, recordsIn } from './spool/metrics.ts';
import { openSpool } from './spool/spool.ts';

/** Sends all events of the spool `dir` to Kafka. @throws {Error} if `dir` is not a spool, or another process uses it */
export async function drainSpool(dir: string, config: IngestConfig, log: Log): Promise<void> {
  if (!statSync(dir, { throwIfNoEntry: false }))
    throw new Error(`There is no folder ${dir}. --dir is DATA_DIR/spool of the instance that was removed.`);
  // Opening a spool takes the rights of other users from all its files. That must not happen to a home folder.
  if (!isSpool(dir))
    throw new Error(
      `${dir} is not a spool: it has neither ${lockFile} nor segments. --dir is DATA_DIR/spool of the instance that was removed.`,
    );
  const stopped = stopSignal();
  const { KAFKA_TOPIC: topic } = config;
  const kafka = connectKafka({ ...kafkaConnection(config), clientId: 'callstream-ingest-drain', log });
  await using spool = await openSpool({ dir, bytesMax: 0, log });
  const description = await waitForTopic(kafka, topic, { stopped, log });
  if (!description) return;
  const topicMetadata = createTopicMetadata();
  topicMetadata.update(description);
  {
    const total = recordsIn(spool);
    using progress = showProgressBar({ totals: new Map([[0, total]]), unit: 'events', stream: process.stderr });
    await using drainer = startDrainer({
      spool,
      connect: () => openPublisher(kafka, { deadlineMs: kafkaDeadlineMs }),
      breakers: createPartitionBreakers(() => true),
      partitionOf: topicMetadata.partitionOf,
      metrics: createSpoolMetrics(new Registry(), { spool, bytesMax: 0 }),
      log,
    });
    drainer.wake();
    const { promise: empty, resolve } = Promise.withResolvers<undefined>();
    const showProgress = (): void => {
      progress.update(0, total - recordsIn(spool));
      if (recordsIn(spool) === 0) resolve(undefined);
    };
    spool.onChange(showProgress);
    showProgress();
    await Promise.race([empty, stopped, spool.failure]);
  }
  const { quarantined, torn } = spool.status();
  log.info({ dir, remaining: recordsIn(spool), refused: quarantined, torn: torn.length }, 'drain.ended');
}
