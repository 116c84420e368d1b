import { consume, createPartitionOf, endOffsets, openPublisher, startAtEnd } from '@callstream/runtime';
import type { Kafka, Log, RunningConsumer } from '@callstream/runtime';
import { checkDatabase } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { createAnswerStandbys } from './answer/answer-standbys.ts';
import { createSender } from './answer/sender.ts';
import type { DelegatorConfig, providerOf } from './config.ts';
import type { DelegatorMetrics } from './metrics.ts';
import { createTeravoz } from './providers/teravoz.ts';
import { startReporter } from './report/reporter.ts';
import { retryTransient } from './retry-transient.ts';
import type { RulesFile } from './rules/rules-file.ts';
import { standbysOf } from './standbys/standby.ts';
import type { DelegatorStatus } from './status.ts';
import { startLogMonitor } from './supervision/monitor-log.ts';
import { createReadProgress } from './supervision/read-progress.ts';

/** Time limit of a batch of records, in ms; less than that of an attempt. */
const publishDeadlineMs = 2_500;
/** Partitions whose long batches are handled at the same time. */
const concurrency = 4;
/** After the death of a delegator, another one takes over within this, in ms: less than the deadline of calls that came meanwhile. */
const sessionTimeoutMs = 6_000;

interface AnsweringOptions {
  readonly config: DelegatorConfig;
  readonly kafka: Kafka;
  readonly db: Tables;
  readonly rules: RulesFile;
  readonly provider: ReturnType<typeof providerOf>;
  readonly status: DelegatorStatus;
  readonly metrics: DelegatorMetrics;
  readonly log: Log;
}

/** Starts all parts, once Kafka and Postgres can be reached. Closed in reverse: read no more first, then wait for the provider. */
export async function startAnswering(
  { config, kafka, db, rules, provider, status, metrics, log }: AnsweringOptions,
  signal: AbortSignal,
): Promise<RunningConsumer> {
  const { KAFKA_TOPIC: topic, DELEGATOR_GROUP: groupId } = config;
  await using starting = new AsyncDisposableStack();
  const retry = <T>(part: 'Postgres' | 'Kafka', work: () => Promise<T>): Promise<T> =>
    retryTransient(work, { signal, onProblem: (problem) => status.set(part, problem) });
  await retry('Postgres', () => checkDatabase(db, { use: 'delegate' }));
  const partitions = (await retry('Kafka', () => endOffsets(kafka, topic))).size;
  await startAtEnd(kafka, { groupId, topic, signal, log });

  const publisher = starting.use(openPublisher(kafka, { deadlineMs: publishDeadlineMs }));
  const partitionOf = createPartitionOf(partitions);
  const reporter = starting.use(startReporter({ db, publisher, topic, partitionOf, status, metrics, signal, log }));
  const asked = starting.use(createTeravoz(provider));
  const sender = starting.use(
    createSender({
      provider: asked,
      connections: provider.connections,
      timeoutMs: config.DELEGATOR_TIMEOUT_MS,
      report: reporter.report,
      status,
      metrics,
    }),
  );
  // Without Postgres, a batch would wait for it for longer than a stop may take: it is read again later.
  const reading = new AbortController();
  const answer = createAnswerStandbys({
    db,
    rules: rules.current,
    region: config.DELEGATOR_REGION,
    timeZone: config.TIME_ZONE,
    deadlineMs: config.DELEGATOR_DEADLINE_MS,
    sender,
    reporter,
    status,
    metrics,
    signal: reading.signal,
  });
  const progress = createReadProgress();
  const monitor = starting.use(startLogMonitor({ kafka, topic, progress, status }));
  const consumer = starting.use(
    await consume(kafka, {
      groupId,
      topic,
      concurrency,
      positions: 'committed',
      commit: true,
      sessionTimeoutMs,
      onJoin: (assigned) => {
        progress.joined(assigned);
        status.joined();
      },
      onBatch: async ({ partition, records }) => {
        await answer(standbysOf(records));
        const next = (records.at(-1)?.offset ?? -1) + 1;
        progress.handled(partition, next);
        return next;
      },
      // The projector reports it, and an operator decides; until then the calls in it are old.
      onUnreadable: ({ partition, lastOffset }) => {
        progress.handled(partition, lastOffset + 1);
        return Promise.resolve(lastOffset + 1);
      },
      onPositionAdvance: progress.handled,
      log,
    }),
  );
  starting.defer(() => reading.abort());
  const failure = Promise.race([consumer.failure, reporter.failure, monitor.failure]);
  // A stop may come first, and then nothing awaits it.
  failure.catch(() => undefined);
  const owned = starting.move();
  return {
    failure,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
