import { hostname } from 'node:os';
import { connectKafka, databaseUrl, kafkaConnection, runCommand, whenAborted } from '@callstream/runtime';
import type { CommandContext, Kafka, OutputFlags } from '@callstream/runtime';
import { acquireAdvisoryLock, checkDatabase, connectTables, liveSchema } from '@callstream/tables';
import type { ExclusiveTask, ProjectionSchema, Tables } from '@callstream/tables';
import type { ProjectorConfig } from '../config.ts';
import { checkPostgresDisk } from '../disk-space.ts';

/** Resources of a maintenance command: rebuild, rollback, verify, status. */
export interface MaintenanceContext extends CommandContext {
  readonly kafka: Kafka;
  readonly topic: string;
  /** The live tables. */
  readonly live: Tables;
  /** Connects to the tables of another schema; closed at the end. */
  readonly tables: (schema: ProjectionSchema) => Tables;
  /** Aborted by a stop signal, or when the lock of the task is lost. */
  readonly signal: AbortSignal;
}

export interface MaintenanceOptions extends OutputFlags {
  readonly command: string;
  readonly readSettings: () => ProjectorConfig;
}

/** Copies of the live tables that a command makes beside them. */
const copies: Readonly<Record<string, number>> = { rebuild: 1, verify: 1 };

/** Takes the lock of a task that only one process may do at a time, until the command ends. @throws {AlreadyRunning} */
type LockTask = (task: ExclusiveTask) => Promise<void>;

export type MaintenanceWork = (context: MaintenanceContext, lock: LockTask) => Promise<void>;

/** Runs a maintenance command until it ends or a stop signal arrives: see {@link runCommand}. */
export const runMaintenance = (
  { command, readSettings, json, verbose }: MaintenanceOptions,
  work: MaintenanceWork,
): Promise<void> =>
  runCommand({ service: 'projector', json, verbose }, async (output) => {
    const config = readSettings();
    const url = databaseUrl(config);
    const losing = new AbortController();
    const signal = AbortSignal.any([output.signal, losing.signal]);
    const applicationName = `callstream-${command} ${hostname()}:${process.pid}`;
    // Released last: work that was stopped may still use the pools.
    await using locks = new AsyncDisposableStack();
    await using cleanup = new AsyncDisposableStack();
    const tables = (schema: ProjectionSchema): Tables =>
      cleanup.adopt(connectTables({ url, max: 8, applicationName, schema }), (db) => db.end());
    const live = tables(liveSchema);
    const lock: LockTask = async (task) => {
      await checkDatabase(live, { use: 'rebuild' });
      await checkPostgresDisk(live, copies[command] ?? 0);
      const taken = locks.use(await acquireAdvisoryLock(url, task, applicationName));
      taken.lost.catch((error: unknown) => losing.abort(error));
    };
    const context: MaintenanceContext = {
      ...output,
      signal,
      kafka: connectKafka({ ...kafkaConnection(config), clientId: `callstream-${command}`, log: output.log }),
      topic: config.KAFKA_TOPIC,
      live,
      tables,
    };
    await Promise.race([work(context, lock), whenAborted(signal)]);
  });
