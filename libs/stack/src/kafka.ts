import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { makePrivateFolder, privateFileMode, withPrivateUmask } from '@callstream/files';
import { claimPort, stablePort } from './free-port.ts';
import { findJava } from './java.ts';
import { serverProperties } from './kafka-config.ts';
import type { Listener } from './kafka-config.ts';
import { kafkaJars } from './kafka-jars.ts';
import { isKafkaReady } from './kafka-ready.ts';
import { stopOrphan } from './pid-file.ts';
import { startServer, whenReady } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

export interface KafkaServer extends ServerProcess {
  readonly brokers: string;
  readonly port: number;
  readonly cluster: ClusterToJoin;
}

/** What a second broker needs to join a cluster. */
export interface ClusterToJoin {
  readonly id: string;
  readonly controllerPort: number;
}

export interface KafkaServerOptions {
  /** Folder of all files of Kafka; created if missing. Data, ports and cluster id survive restarts. */
  dataDir: string;
  /** Default: a free port, which is stored in `dataDir`. */
  port?: number;
  /** Joins this cluster as its second broker, instead of creating its own. */
  joins?: ClusterToJoin;
  /** Advertised to clients instead of `port`: that of a {@link startProxy} in front of it. */
  advertisedPort?: number;
  /** Additional listeners, and settings for them. */
  listeners?: readonly Listener[];
  extraSettings?: readonly string[];
  /** SCRAM users of a new cluster, in the format of `kafka-storage format --add-scram`. */
  scram?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Gets downloads, and files that other users may read, one line at a time. */
  print?: (line: string) => void;
}

const readyTimeoutMs = 60_000;
const stop = { stopSignal: 'SIGTERM', stopTimeoutMs: 20_000 } as const;

/**
 * Starts Kafka with one node on this machine, and waits until it is ready.
 * @throws {Error} that names what the machine lacks (Java, Maven) and the remedy, or has the end of Kafka's log
 */
export async function startKafka(options: KafkaServerOptions): Promise<KafkaServer> {
  const { env = process.env, print = () => undefined } = options;
  const dataDir = resolve(options.dataDir);
  const java = await findJava(env);
  const jars = await kafkaJars(env, print);
  makePrivateFolder(dataDir, print);

  const marker = `-Dcallstream.kafka=${dataDir}`;
  await stopOrphan(dataDir, { marker, signal: stop.stopSignal, timeoutMs: stop.stopTimeoutMs });

  const port = await claimPort(options.port ?? (await stablePort(dataDir, 'broker')), 'Kafka');
  const { joins } = options;
  const controllerPort = joins?.controllerPort ?? (await stablePort(dataDir, 'controller'));
  const properties = join(dataDir, 'server.properties');
  const { advertisedPort = port, listeners = [], extraSettings = [] } = options;
  await writeFile(
    properties,
    serverProperties({
      port,
      advertisedPort,
      controllerPort,
      dataDir,
      nodeId: joins ? 2 : 1,
      listeners,
      extraSettings,
    }),
    { mode: privateFileMode },
  );

  const logFile = join(dataDir, 'kafka.log');
  const jvm = (main: string) => [
    marker,
    `-Dcallstream.log=${logFile}`,
    `-Dlog4j2.configurationFile=${join(import.meta.dirname, '..', 'kafka', 'log4j2.properties')}`,
    '-Xms256m',
    '-Xmx512m',
    '-cp',
    `${jars}/*`,
    main,
  ];
  const clusterId = await format({
    java,
    args: jvm('kafka.tools.StorageTool'),
    properties,
    dataDir,
    scram: options.scram ?? [],
    ...(joins && { clusterId: joins.id }),
  });

  const server = await startServer({
    name: 'Kafka',
    command: java,
    args: [...jvm('kafka.Kafka'), properties],
    dataDir,
    logFile,
    env,
    ...stop,
  });
  const brokers = `127.0.0.1:${port}`;
  await whenReady(server, { name: 'Kafka', logFile, timeoutMs: readyTimeoutMs, isReady: () => isKafkaReady(brokers) });
  return { ...server, brokers, port, cluster: { id: clusterId, controllerPort } };
}

/** Formats a new data folder. @returns its cluster id */
async function format(options: {
  java: string;
  args: string[];
  properties: string;
  dataDir: string;
  scram: readonly string[];
  clusterId?: string;
}): Promise<string> {
  const meta = join(options.dataDir, 'log', 'meta.properties');
  const formatted = await access(meta)
    .then(() => true)
    .catch(() => false);
  if (formatted) return /^cluster\.id=(.*)$/m.exec(await readFile(meta, 'utf8'))?.[1] ?? '';
  const { clusterId = `c${randomBytes(16).toString('base64url')}`.slice(0, 22) } = options;
  const args = [...options.args, 'format', '-t', clusterId, '-c', options.properties];
  args.push(...options.scram.flatMap((user) => ['--add-scram', user]));
  await withPrivateUmask(() => promisify(execFile)(options.java, args)).catch((error: unknown) => {
    throw new Error(`Kafka's data folder ${options.dataDir} could not be formatted.\n${(error as Error).message}`);
  });
  return clusterId;
}
