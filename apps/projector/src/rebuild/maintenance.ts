import { hostname } from 'node:os';
import { connectKafka, databaseUrl, kafkaConnection, stopSignal } from '@callstream/runtime';
import type { Kafka, Log, Terminal } from '@callstream/runtime';
import { connectTables, acquireAdvisoryLock, liveSchema } from '@callstream/tables';
import type { ProjectionSchema, Tables, ExclusiveTask } from '@callstream/tables';
import type { ProjectorConfig } from '../config.ts';
import { Stopped, whenAborted } from './aborted.ts';

/** What a command of the operator works with. */
export interface MaintenanceContext {
  readonly kafka: Kafka;
  readonly topic: string;
  /** The live tables. */
  readonly live: Tables;
  /** Tables of another schema; closed with the rest. */
  readonly tables: (schema: ProjectionSchema) => Tables;
  /** Aborted when the process is told to stop, or is not the only one at its task any more. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Where the operator looks. */
  readonly terminal: Terminal;
  /** Tells the operator. */
  readonly say: (line: string) => void;
}

export interface MaintenanceOptions {
  readonly command: string;
  /** What nobody else may do meanwhile; nothing if it only reads. */
  readonly task?: ExclusiveTask;
  readonly config: ProjectorConfig;
  readonly log: Log;
}

/** Runs a command of the operator to its end, or until it is told to stop. @throws {AlreadyRunning} */
export async function runMaintenance<T>(
  operating: MaintenanceOptions,
  work: (operation: MaintenanceContext) => Promise<T>,
): Promise<T> {
  const { command, task, config, log } = operating;
  const url = databaseUrl(config);
  const aborting = new AbortController();
  void stopSignal().then((signal) => aborting.abort(new Stopped(`Stopped by ${signal}. What was committed is kept.`)));
  const applicationName = `callstream-${command} ${hostname()}:${process.pid}`;
  await using cleanup = new AsyncDisposableStack();
  const tables = (schema: ProjectionSchema): Tables =>
    cleanup.adopt(connectTables({ url, max: 8, applicationName, schema }), (db) => db.end());
  if (task) {
    const alone = cleanup.use(await acquireAdvisoryLock(url, task, applicationName));
    alone.lost.catch((error: unknown) => aborting.abort(error));
  }
  const operation: MaintenanceContext = {
    kafka: connectKafka({ ...kafkaConnection(config), clientId: `callstream-${command}`, log }),
    topic: config.KAFKA_TOPIC,
    live: tables(liveSchema),
    tables,
    signal: aborting.signal,
    log,
    terminal: process.stderr,
    say: (line) => void process.stderr.write(`${line}\n`),
  };
  return await Promise.race([work(operation), whenAborted(aborting.signal)]);
}
