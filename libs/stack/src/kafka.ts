import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { makePrivateFolder, privateFileMode } from '@callstream/files';
import { archiveFlags } from './class-archive.ts';
import { formatStorage } from './format-storage.ts';
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
  /** Its classes are written to this file when it ends: see {@link createClassArchive}. */
  archiveTo?: string;
  env?: NodeJS.ProcessEnv;
  /** Gets downloads, and files that other users may read, one line at a time. */
  print?: (line: string) => void;
}

const readyTimeoutMs = 60_000;
/** In the data folder, which is Kafka's working directory: no file has to say its path, which may have any characters. */
const propertiesFile = 'server.properties';
const logDir = 'log';
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
  // Java does not use an archive and write one at once.
  const archive = options.archiveTo === undefined ? await archiveFlags({ java, jars, env }) : [];
  makePrivateFolder(dataDir, print);

  const marker = `-Dcallstream.kafka=${dataDir}`;
  await stopOrphan(dataDir, { marker, signal: stop.stopSignal, timeoutMs: stop.stopTimeoutMs });

  const port = await claimPort(options.port ?? (await stablePort(dataDir, 'broker')), 'Kafka');
  const { joins } = options;
  const nodeId = joins ? 2 : 1;
  const controllerPort = joins?.controllerPort ?? (await stablePort(dataDir, 'controller'));
  const { advertisedPort = port, listeners = [], extraSettings = [] } = options;
  await writeFile(
    join(dataDir, propertiesFile),
    serverProperties({ port, advertisedPort, controllerPort, logDir, nodeId, listeners, extraSettings }),
    { mode: privateFileMode },
  );

  const logFile = join(dataDir, 'kafka.log');
  const jvm = (main: string) => [
    marker,
    `-Dcallstream.log=${basename(logFile)}`,
    `-Dlog4j2.configurationFile=${join(import.meta.dirname, '..', 'kafka', 'log4j2.properties')}`,
    '-Xms256m',
    '-Xmx512m',
    ...archive,
    '-cp',
    `${jars}/*`,
    main,
  ];
  const clusterId = await formatStorage({
    dataDir,
    logDir,
    propertiesFile,
    nodeId,
    clusterId: joins?.id,
    scram: options.scram ?? [],
    java,
    args: jvm('kafka.tools.StorageTool'),
    env: jvmEnv(env),
    jars,
  });

  const server = await startServer({
    name: 'Kafka',
    command: java,
    args: [
      ...(options.archiveTo === undefined ? [] : [`-XX:ArchiveClassesAtExit=${options.archiveTo}`]),
      ...jvm('kafka.Kafka'),
      propertiesFile,
    ],
    dataDir,
    logFile,
    env: jvmEnv(env),
    ...stop,
  });
  const brokers = `127.0.0.1:${port}`;
  await whenReady(server, { name: 'Kafka', logFile, timeoutMs: readyTimeoutMs, isReady: () => isKafkaReady(brokers) });
  return { ...server, brokers, port, cluster: { id: clusterId, controllerPort } };
}

/** Without a locale of UTF-8, Java cannot name files below a folder with accents. */
const jvmEnv = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => Object.assign({}, env, { LC_ALL: 'C.UTF-8' });
