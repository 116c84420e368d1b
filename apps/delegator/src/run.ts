import {
  addPoolGauges,
  connectKafka,
  consume,
  createPartitionOf,
  databaseUrl,
  endOffsets,
  kafkaConnection,
  openPublisher,
  startAdmin,
  startAtEnd,
  stopSignal,
  within,
} from '@callstream/runtime';
import type { Kafka, Log, RunningConsumer } from '@callstream/runtime';
import { checkDatabase, connectTables } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { createAnswerStandbys } from './answer/answer-standbys.ts';
import { createSender } from './answer/sender.ts';
import { providerOf } from './config.ts';
import type { DelegatorConfig } from './config.ts';
import { createMetrics } from './metrics.ts';
import type { DelegatorMetrics } from './metrics.ts';
import { createTeravoz } from './providers/teravoz.ts';
import { startReporter } from './report/reporter.ts';
import { retryTransient } from './retry-transient.ts';
import { openRulesFile } from './rules/rules-file.ts';
import type { RulesFile } from './rules/rules-file.ts';
import { standbysOf } from './standbys/standby.ts';
import { createStatus } from './status.ts';
import type { DelegatorStatus } from './status.ts';

/** A statement that takes longer is cancelled and retried, in ms. */
const statementTimeoutMs = 2_500;
/** Time limit of a batch of records, in ms; less than that of an attempt. */
const publishDeadlineMs = 2_500;
/** Connections to Postgres: for batches of several partitions, for outcomes, and for what hangs. */
const databaseConnections = 10;
/** Partitions whose long batches are handled at the same time. */
const concurrency = 4;
/** After the death of a delegator, another one takes over within this, in ms: less than the deadline of calls that came meanwhile. */
const sessionTimeoutMs = 6_000;
/** Longest wait at a stop for answers of the provider and for their outcomes, in ms; claims without one become unknown. */
const closeWithinMs = 6_000;
/** The retries end so long before that, in ms: a stop without Postgres or Kafka closes the rest in order. */
const closeRestMs = 1_000;

/** Answers standbys until a stop signal arrives. */
export async function run(config: DelegatorConfig, log: Log): Promise<void> {
  const stopped = stopSignal();
  const stopping = new AbortController();
  const provider = providerOf(config);
  const rules = await openRulesFile({ file: config.DELEGATION_RULES, log });
  const status = createStatus(log, rules.problem);
  const metrics = createMetrics(rules.problem);
  const cleanup = new AsyncDisposableStack();
  cleanup.use(rules.follow());
  try {
    const kafka = connectKafka({ ...kafkaConnection(config), clientId: 'callstream-delegator', log });
    const db = connectTables({
      url: databaseUrl(config),
      max: databaseConnections,
      applicationName: 'callstream-delegator',
      statementTimeoutMs,
    });
    cleanup.defer(() => db.end());
    addPoolGauges(metrics.registry, { delegations: db });
    const admin = cleanup.use(
      await startAdmin({
        hosts: config.ADMIN_HOST,
        port: config.DELEGATOR_ADMIN_PORT,
        ready: status.ready,
        registry: metrics.registry,
        log,
      }),
    );
    cleanup.defer(() => stopping.abort());
    const { url, connections } = provider;
    if (url.startsWith('http:')) log.warn({ setting: 'DELEGATOR_URL' }, 'delegator.unencrypted');
    const answering = startAnswering({ config, kafka, db, rules, provider, status, metrics, log }, stopping.signal);
    const running = await Promise.race([stopped, answering]);
    if (typeof running === 'string') return log.info({ signal: running }, 'delegator.stopping');
    cleanup.use(running);
    log.info({ admin_port: admin.port, rules: rules.current().length, connections }, 'delegator.started');
    const signal = await Promise.race([stopped, running.failure]).finally(status.stopping);
    log.info({ signal }, 'delegator.stopping');
  } finally {
    const ending = setTimeout(() => stopping.abort(), closeWithinMs - closeRestMs);
    await within(closeWithinMs, cleanup.disposeAsync()).catch(() => log.warn('delegator.cut-off'));
    clearTimeout(ending);
  }
}

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
async function startAnswering(
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
  const consumer = starting.use(
    await consume(kafka, {
      groupId,
      topic,
      concurrency,
      positions: 'committed',
      commit: true,
      sessionTimeoutMs,
      onJoin: status.joined,
      onBatch: async ({ records }) => {
        await answer(standbysOf(records));
        return (records.at(-1)?.offset ?? -1) + 1;
      },
      // The projector reports it, and an operator decides; until then the calls in it are old.
      onUnreadable: ({ lastOffset }) => Promise.resolve(lastOffset + 1),
      log,
    }),
  );
  starting.defer(() => reading.abort());
  const failure = Promise.race([consumer.failure, reporter.failure]);
  // A stop may come first, and then nothing awaits it.
  failure.catch(() => undefined);
  const owned = starting.move();
  return {
    failure,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
