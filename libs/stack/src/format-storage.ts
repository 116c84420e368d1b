import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makePrivateFolder, privateFileMode, withPrivateUmask } from '@callstream/files';
import { exists } from './exists.ts';

export interface StorageOptions {
  /** Kafka's working directory; everything else is relative to it. */
  readonly dataDir: string;
  readonly logDir: string;
  readonly propertiesFile: string;
  readonly nodeId: number;
  /** Of the cluster that it joins; a new one if not given. */
  readonly clusterId?: string | undefined;
  /** SCRAM users, in the format of `kafka-storage format --add-scram`. */
  readonly scram: readonly string[];
  readonly java: string;
  /** Arguments of Java that run Kafka's StorageTool. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Folder of Kafka's jars. What its StorageTool wrote is stored beside it. */
  readonly jars: string;
}

const checkpointFile = 'bootstrap.checkpoint';

/**
 * Formats the data folder of a new node, unless it is formatted. The first time Kafka's StorageTool does it. It writes the same
 * checkpoint for each cluster without SCRAM users, so later ones get a copy: Java takes almost a second of CPU time to write it.
 * @returns the cluster id
 */
export async function formatStorage(options: StorageOptions): Promise<string> {
  const { jars, nodeId, scram } = options;
  const storage = join(options.dataDir, options.logDir);
  const meta = join(storage, 'meta.properties');
  if (await exists(meta)) return /^cluster\.id=(.*)$/m.exec(await readFile(meta, 'utf8'))?.[1] ?? '';

  const { clusterId = `c${newId()}`.slice(0, 22) } = options;
  const written = `${jars}-node-${nodeId}.checkpoint`;
  if (scram.length === 0 && (await exists(written))) {
    makePrivateFolder(storage, () => undefined);
    await copyFile(written, join(storage, checkpointFile));
    const ids = `version=1\ncluster.id=${clusterId}\nnode.id=${nodeId}\ndirectory.id=${newId()}\n`;
    await writeFile(meta, ids, { mode: privateFileMode });
  } else {
    await runStorageTool(options, clusterId);
    if (scram.length === 0) await store(join(storage, checkpointFile), written);
  }
  return clusterId;
}

async function runStorageTool({ java, args, env, dataDir, ...options }: StorageOptions, clusterId: string) {
  const users = options.scram.flatMap((user) => ['--add-scram', user]);
  const format = [...args, 'format', '-t', clusterId, '-c', options.propertiesFile, ...users];
  await withPrivateUmask(() => promisify(execFile)(java, format, { cwd: dataDir, env })).catch((error: unknown) => {
    throw new Error(`Kafka's data folder ${dataDir} could not be formatted.\n${(error as Error).message}`);
  });
}

/** Appears atomically, also when two processes do it at once. */
async function store(file: string, as: string): Promise<void> {
  const copy = `${as}-${newId()}`;
  await copyFile(file, copy, constants.COPYFILE_EXCL);
  await rename(copy, as);
}

/** As Kafka writes ids. */
const newId = (): string => randomBytes(16).toString('base64url');
