import {
  addPoolGauges,
  connectKafka,
  databaseUrl,
  kafkaConnection,
  startAdmin,
  stopSignal,
  within,
} from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { connectTables } from '@callstream/tables';
import { providerOf } from './config.ts';
import type { DelegatorConfig } from './config.ts';
import { createMetrics } from './metrics.ts';
import { openRulesFile } from './rules/rules-file.ts';
import { startAnswering } from './start-answering.ts';
import { createStatus } from './status.ts';

/** A statement that takes longer is cancelled and retried, in ms. */
const statementTimeoutMs = 2_500;
/** Connections to Postgres: for batches of several partitions, for outcomes, and for what hangs. */
const databaseConnections = 10;
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
