import { statSync } from 'node:fs';
import { connectKafka, kafkaConnection, openPublisher, showProgressBar, stopSignal } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { Registry } from 'prom-client';
import type { IngestConfig } from './config.ts';
import { startDrainer } from './publish/drainer.ts';
import { kafkaDeadlineMs } from './publish/batching-publisher.ts';
import { createPartitionBreakers } from './publish/circuit-breaker.ts';
import { isSpool } from './spool/folder.ts';
import { createSpoolMetrics, recordsIn } from './spool/metrics.ts';
import { lockFile } from './spool/folder-lock.ts';
import { openSpool } from './spool/spool.ts';
import { createTopicMetadata } from './publish/topic-metadata.ts';
import { waitForTopic } from './publish/wait-for-topic.ts';

/** Sends all that is in the spool `dir`, and ends. @throws {Error} if there is none, or its owner runs */
export async function drainSpool(dir: string, config: IngestConfig, log: Log): Promise<void> {
  if (!statSync(dir, { throwIfNoEntry: false }))
    throw new Error(`There is no folder ${dir}. --dir is DATA_DIR/spool of the instance that is gone.`);
  // A spool is closed to other users when it is opened, with all that is in it. Nobody wants that of a home folder.
  if (!isSpool(dir))
    throw new Error(
      `${dir} is not a spool: it has neither ${lockFile} nor segments. --dir is DATA_DIR/spool of the instance that is gone.`,
    );
  const stopped = stopSignal();
  const { KAFKA_TOPIC: topic } = config;
  const kafka = connectKafka({ ...kafkaConnection(config), clientId: 'callstream-ingest-drain', log });
  const knowledge = createTopicMetadata();
  await using spool = await openSpool({ dir, bytesMax: 0, log });
  const facts = await waitForTopic(kafka, topic, { stopped, log });
  if (!facts) return;
  knowledge.learn(facts);
  const partitions = createPartitionBreakers(() => true);
  {
    const total = recordsIn(spool);
    using progress = showProgressBar({ totals: new Map([[0, total]]), what: 'events', stream: process.stderr });
    await using drainer = startDrainer({
      spool,
      connect: () => openPublisher(kafka, { deadlineMs: kafkaDeadlineMs }),
      partitions,
      place: knowledge.place,
      metrics: createSpoolMetrics(new Registry(), { spool, bytesMax: 0 }),
      log,
    });
    drainer.wake();
    const { promise: empty, resolve } = Promise.withResolvers<undefined>();
    const look = (): void => {
      progress.at(0, total - recordsIn(spool));
      if (recordsIn(spool) === 0) resolve(undefined);
    };
    spool.watch(look);
    look();
    await Promise.race([empty, stopped, spool.failure]);
  }
  const { refused, torn } = spool.status();
  log.info({ dir, remaining: recordsIn(spool), refused, torn: torn.length }, 'drain.ended');
}
