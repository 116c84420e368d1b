import { hostname } from 'node:os';
import { connectKafka, databaseUrl, kafkaConnection, stopSignal } from '@callstream/runtime';
import type { Kafka, Log, Terminal } from '@callstream/runtime';
import { acquireAdvisoryLock, connectTables, liveSchema } from '@callstream/tables';
import type { ExclusiveTask, ProjectionSchema, Tables } from '@callstream/tables';
import type { ProjectorConfig } from '../config.ts';

/** Resources of a maintenance command: rebuild, rollback, verify, status. */
export interface MaintenanceContext {
  readonly kafka: Kafka;
  readonly topic: string;
  /** The live tables. */
  readonly live: Tables;
  /** Connects to the tables of another schema; closed at the end. */
  readonly tables: (schema: ProjectionSchema) => Tables;
  /** Aborted by a stop signal, or when the lock of the task is lost. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Shows progress bars. */
  readonly terminal: Terminal;
  /** Prints a line for the operator. */
  readonly printStatus: (line: string) => void;
}

export interface MaintenanceOptions {
  readonly command: string;
  /** Task that only one process may do at a time; none for a command that only reads. */
  readonly task?: ExclusiveTask;
  readonly config: ProjectorConfig;
  readonly log: Log;
}

/** A stop signal ended the command. */
class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Runs a maintenance command until it ends or a stop signal arrives. @throws {AlreadyRunning} */
export async function runMaintenance<T>(
  { command, task, config, log }: MaintenanceOptions,
  work: (context: MaintenanceContext) => Promise<T>,
): Promise<T> {
  const url = databaseUrl(config);
  const aborting = new AbortController();
  void stopSignal().then((signal) => aborting.abort(new Stopped(`Stopped by ${signal}. What was committed is kept.`)));
  const applicationName = `callstream-${command} ${hostname()}:${process.pid}`;
  await using cleanup = new AsyncDisposableStack();
  const tables = (schema: ProjectionSchema): Tables =>
    cleanup.adopt(connectTables({ url, max: 8, applicationName, schema }), (db) => db.end());
  if (task) {
    const lock = cleanup.use(await acquireAdvisoryLock(url, task, applicationName));
    lock.lost.catch((error: unknown) => aborting.abort(error));
  }
  const context: MaintenanceContext = {
    kafka: connectKafka({ ...kafkaConnection(config), clientId: `callstream-${command}`, log }),
    topic: config.KAFKA_TOPIC,
    live: tables(liveSchema),
    tables,
    signal: aborting.signal,
    log,
    terminal: process.stderr,
    printStatus: (line) => void process.stderr.write(`${line}\n`),
  };
  return await Promise.race([work(context), whenAborted(aborting.signal)]);
}

/** Rejects with the reason when `signal` is aborted. */
export const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
