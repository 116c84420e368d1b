import { statSync } from 'node:fs';
import { join } from 'node:path';
import { connectKafka, kafkaConnection, openPublisher, whenAborted } from '@callstream/runtime';
import type { CommandContext } from '@callstream/runtime';
import { createSpoolMetrics, isSpool, lockFile, openSpool, recordsIn } from '@callstream/spool';
import { Registry } from 'prom-client';
import type { IngestConfig } from './config.ts';
import { kafkaDeadlineMs } from './publish/batching-publisher.ts';
import { createPartitionBreakers } from './publish/circuit-breaker.ts';
import { startDrainer } from './publish/drainer.ts';
import { createTopicMetadata } from './publish/topic-metadata.ts';
import { waitForTopic } from './publish/wait-for-topic.ts';
import { spoolNames } from './spool-names.ts';

/** Sends all events of the spool `dir` to Kafka. @throws {Error} if `dir` is not a spool, or another process uses it */
export async function drainSpool(dir: string, config: IngestConfig, context: CommandContext): Promise<void> {
  if (!statSync(dir, { throwIfNoEntry: false }))
    throw new Error(
      `There is no folder ${dir}. --dir is DATA_DIR/spool of the instance that was removed, or spool-1 … of its other workers.`,
    );
  // Opening a spool takes the rights of other users from all its files. That must not happen to a home folder.
  if (!isSpool(dir))
    throw new Error(
      `${dir} is not a spool: it has neither ${lockFile} nor segments. --dir is DATA_DIR/spool of the instance that was removed, or spool-1 … of its other workers.`,
    );
  const { log, signal, ifStopped, showProgress, printResult } = context;
  ifStopped('Nothing was sent.');
  const stopped = whenAborted(signal);
  stopped.catch(() => undefined);
  const { KAFKA_TOPIC: topic } = config;
  const kafka = connectKafka({ ...kafkaConnection(config), clientId: 'callstream-ingest-drain', log });
  await using spool = await openSpool({ dir, bytesMax: 0, names: spoolNames, log });
  const description = await waitForTopic(kafka, topic, { stopped, log });
  // Only for the type: `stopped` never resolves.
  if (!description) return;
  const topicMetadata = createTopicMetadata();
  topicMetadata.update(description);
  const total = recordsIn(spool);
  const quarantinedBefore = spool.status().quarantined;
  {
    using progress = showProgress({ total, unit: 'events' });
    await using drainer = startDrainer({
      spool,
      connect: () => openPublisher(kafka, { deadlineMs: kafkaDeadlineMs }),
      breakers: createPartitionBreakers(() => true),
      partitionOf: topicMetadata.partitionOf,
      metrics: createSpoolMetrics(new Registry(), { spool, bytesMax: 0, names: spoolNames }),
      log,
    });
    drainer.wake();
    const { promise: empty, resolve } = Promise.withResolvers<undefined>();
    const onChange = (): void => {
      progress.update(total - recordsIn(spool));
      ifStopped(`${recordsIn(spool)} events remain in ${dir}: run the same command again.`);
      if (recordsIn(spool) === 0) resolve(undefined);
    };
    spool.onChange(onChange);
    onChange();
    await Promise.race([empty, stopped, spool.failure]);
  }
  const status = spool.status();
  const quarantined = status.quarantined - quarantinedBefore;
  const sent = total - quarantined;
  printResult({
    lines: [
      `${sent} events of ${dir} were sent to "${topic}".`,
      ...(quarantined > 0
        ? [`Kafka rejects ${quarantined} others for good: they are in ${join(dir, 'refused.db')}.`]
        : []),
      ...status.torn.map((file) => `${file} is unreadable and was kept.`),
    ],
    json: { dir, topic, sent, quarantined, torn_files: status.torn },
  });
}
