import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { archiveFlags, classArchiveOf } from './class-archive.ts';
import { findJava } from './java.ts';
import { kafkaJars } from './kafka-jars.ts';
import { startKafka } from './kafka.ts';

interface ArchiveOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
}

/**
 * Creates {@link classArchiveOf}, unless it exists: Java writes the classes that a broker loaded when the broker ends. Takes about
 * 10 s. The file appears atomically, also when two processes create it at once.
 */
export async function createClassArchive({ env, print }: ArchiveOptions): Promise<void> {
  const java = await findJava(env);
  const jars = await kafkaJars(env, print);
  if ((await archiveFlags({ java, jars, env })).length > 0) return;
  const dataDir = await mkdtemp(join(dirname(jars), 'archiving-'));
  try {
    const archiveTo = join(dataDir, 'classes.jsa');
    const kafka = await startKafka({ dataDir, env, print, archiveTo });
    await kafka[Symbol.asyncDispose]();
    // Killed while it wrote: a part of an archive would be used for ever.
    const isWhole = existsSync(archiveTo) && !(await kafka.exited).startsWith('signal');
    if (isWhole) await rename(archiveTo, await classArchiveOf({ java, jars, env }));
    else print('Java wrote no archive of classes: Kafka starts without it, as before.');
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
