import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { findJava } from './java.ts';
import { kafkaJars } from './kafka-jars.ts';

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

/** Sends records with Kafka's own Java producer. Consecutive records of one codec become one batch per partition. */
export async function produceWithJava(
  brokers: readonly string[],
  records: readonly JavaRecord[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const jars = await kafkaJars(env, () => undefined);
  const args = ['-Xmx1g', '-XX:TieredStopAtLevel=1', '-cp', `${jars}/*`, source, brokers.join(',')];
  const child = spawn(await findJava(env), args, { env, stdio: ['pipe', 'ignore', 'pipe'] });
  const errors = text(child.stderr);
  for (const { codec, topic, partition, key, value } of records)
    child.stdin.write(
      `${[codec, topic, partition, Buffer.from(key).toString('base64'), value.toString('base64')].join('\t')}\n`,
    );
  child.stdin.end();
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`The Java producer exited with ${code ?? 'a signal'}.\n${await errors}`);
}
