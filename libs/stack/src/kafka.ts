import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { makePrivateFolder, privateFileMode, withPrivateUmask } from '@callstream/files';
import { claimPort, stablePort } from './free-port.ts';
import { findJava } from './java.ts';
import { type Listener, serverProperties } from './kafka-config.ts';
import { quickAdmin } from './kafka-client.ts';
import { kafkaJars } from './kafka-jars.ts';
import { stopOrphan } from './pid-file.ts';
import { type ServerProcess, startServer, whenReady } from './server-process.ts';

export type KafkaServer = ServerProcess & {
  readonly brokers: string;
  readonly port: number;
  readonly cluster: ClusterToJoin;
};

/** What a further broker needs to know to join. */
export type ClusterToJoin = { readonly id: string; readonly controllerPort: number };

export type KafkaServerOptions = {
  /** Everything that Kafka keeps; made when missing. Data, ports and cluster id in it survive restarts. */
  dataDir: string;
  /** Else a free one, kept in `dataDir`. */
  port?: number;
  /** Joins this cluster as its second broker, instead of making one of its own. */
  joins?: ClusterToJoin;
  /** Where its clients are told to find it, if that is not `port` itself: a {@link startProxy} before it. */
  advertisedPort?: number;
  /** Further ways in, and settings for them. */
  further?: readonly Listener[];
  more?: readonly string[];
  /** Users of SCRAM that a new cluster knows, as `kafka-storage format --add-scram` takes them. */
  scram?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Told of downloads, and of files that other users may read, one line at a time. */
  say?: (line: string) => void;
};

const readyTimeoutMs = 60_000;
const stop = { stopSignal: 'SIGTERM', stopTimeoutMs: 20_000 } as const;

/**
 * A Kafka of one node on this machine, ready when this resolves.
 * @throws {Error} naming what the machine lacks (Java, Maven) and what to do, or with the end of Kafka's log.
 */
export async function startKafka(options: KafkaServerOptions): Promise<KafkaServer> {
  const { env = process.env, say = () => undefined } = options;
  const dataDir = resolve(options.dataDir);
  const java = await findJava(env);
  const jars = await kafkaJars(env, say);
  makePrivateFolder(dataDir, say);

  const marker = `-Dcallstream.kafka=${dataDir}`;
  await stopOrphan(dataDir, { marker, signal: stop.stopSignal, timeoutMs: stop.stopTimeoutMs });

  const port = await claimPort(options.port ?? (await stablePort(dataDir, 'broker')), 'Kafka');
  const { joins } = options;
  const controllerPort = joins?.controllerPort ?? (await stablePort(dataDir, 'controller'));
  const properties = join(dataDir, 'server.properties');
  const { advertisedPort = port, further = [], more = [] } = options;
  await writeFile(
    properties,
    serverProperties({ port, advertisedPort, controllerPort, dataDir, nodeId: joins ? 2 : 1, further, more }),
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
  await whenReady(server, { name: 'Kafka', logFile, timeoutMs: readyTimeoutMs, isReady: () => answers(brokers) });
  return { ...server, brokers, port, cluster: { id: clusterId, controllerPort } };
}

/** Gives a new data folder its cluster id. @returns the one that it has */
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
    throw new Error(`Kafka's data folder ${options.dataDir} could not be made.\n${(error as Error).message}`);
  });
  return clusterId;
}

/** Whether the broker answers, down to its group coordinator, which is the last to be there. */
async function answers(broker: string): Promise<boolean> {
  const admin = quickAdmin(broker);
  try {
    await admin.connect();
    await admin.describeGroups(['callstream-ready']);
    return true;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}
