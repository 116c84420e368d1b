import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { archiveFlags } from './class-archive.ts';
import { exists } from './exists.ts';
import { findJava, javaVersionMin } from './java.ts';
import { kafkaJars } from './kafka-jars.ts';
import { makeFolder } from './make-folder.ts';

/** A record for Kafka's own Java producer. */
export interface JavaRecord {
  readonly codec: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: Buffer;
}

const source = join(import.meta.dirname, '..', 'kafka', 'Produce.java');

/** Whether this machine can run {@link produceWithJava}. It needs a JDK, while a JRE is enough for Kafka. */
export async function hasJavaProducer(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)(await findJava(env), ['--list-modules'], { env });
    await kafkaJars(env, () => undefined);
    return stdout.includes('jdk.compiler');
  } catch {
    return false;
  }
}

/**
 * The folder of the compiled producer, beside the jars: `java FILE` would compile it each time, which takes longer than to
 * send. It appears atomically.
 */
async function compiledProducer(java: string, jars: string, env: NodeJS.ProcessEnv): Promise<string> {
  const hash = createHash('sha256').update(await readFile(source));
  const folder = `${jars}-producer-${hash.digest('hex').slice(0, 16)}`;
  await makeFolder(folder, {
    isComplete: () => exists(folder),
    fill: async (fresh) => {
      const classPath = (await readdir(jars)).map((name) => join(jars, name)).join(delimiter);
      // For every Java that runs Kafka: the user may change it.
      const options = ['--release', String(javaVersionMin), '-d', fresh, '-cp', classPath];
      const compiler = ['-m', 'jdk.compiler/com.sun.tools.javac.Main', ...options, source];
      await promisify(execFile)(java, compiler, { env });
    },
  });
  return folder;
}

/** Sends records with Kafka's own Java producer. Consecutive records of one codec become one batch per partition. */
export async function produceWithJava(
  brokers: readonly string[],
  records: readonly JavaRecord[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const jars = await kafkaJars(env, () => undefined);
  const java = await findJava(env);
  const classPath = [join(jars, '*'), await compiledProducer(java, jars, env)].join(delimiter);
  const flags = ['-Xmx1g', '-XX:TieredStopAtLevel=1', ...(await archiveFlags({ java, jars, env }))];
  const child = spawn(java, [...flags, '-cp', classPath, 'Produce', brokers.join(',')], {
    env,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const errors = text(child.stderr);
  for (const { codec, topic, partition, key, value } of records)
    child.stdin.write(
      `${[codec, topic, partition, Buffer.from(key).toString('base64'), value.toString('base64')].join('\t')}\n`,
    );
  child.stdin.end();
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`The Java producer exited with ${code ?? 'a signal'}.\n${await errors}`);
}
