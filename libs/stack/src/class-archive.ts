import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { exists } from './exists.ts';

interface JavaAndKafka {
  readonly java: string;
  /** Folder of Kafka's jars. */
  readonly jars: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The file for Kafka's archive of class data (AppCDS) of this build of Java and these jars, beside them. With it a broker starts in half the
 * CPU time. Java checks that the archive fits its own build and the jars, and else starts without it.
 */
export async function classArchiveOf({ java, jars, env }: JavaAndKafka): Promise<string> {
  const { stderr } = await promisify(execFile)(java, ['-version'], { env });
  const build = stderr.replaceAll(/^NOTE: .*$/gm, '').trim();
  const { mtimeMs } = await stat(jars);
  return `${jars}-${createHash('sha256').update(`${build} ${mtimeMs}`).digest('hex').slice(0, 16)}.jsa`;
}

/** The option of Java that uses the archive; none if it does not exist. */
export async function archiveFlags(kafka: JavaAndKafka): Promise<string[]> {
  const archive = await classArchiveOf(kafka);
  return (await exists(archive)) ? [`-XX:SharedArchiveFile=${archive}`] : [];
}
