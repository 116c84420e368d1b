import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheFolder } from './cache-folder.ts';
import { makeFolder } from './make-folder.ts';

export const kafkaVersion = '4.3.1';

const noMaven =
  'Kafka is downloaded with Maven, and there is no `mvn` on the PATH. Install it (https://maven.apache.org, or your ' +
  "system's package maven). Or run `docker compose up`, which brings its own Kafka. Or set KAFKA_BROKERS=host:port.";

/**
 * The folder of Kafka's jars in the user's cache, shared by all checkouts. Downloads about 45 MB if it is missing. It appears
 * atomically, also when two processes download at once.
 * @param print gets the progress, one line at a time
 */
export async function kafkaJars(env: NodeJS.ProcessEnv, print: (line: string) => void): Promise<string> {
  const version = env['CALLSTREAM_TEST_KAFKA_VERSION'] ?? kafkaVersion;
  const jars = join(cacheFolder(env), `kafka-${version}`);
  await makeFolder(jars, {
    isComplete: () => isComplete(jars, version),
    fill: async (fresh) => {
      print(`Kafka ${version}: downloading about 45 MB with Maven, once …`);
      await copyDependencies(fresh, version, { env, print });
    },
  });
  return jars;
}

interface DownloadOptions {
  env: NodeJS.ProcessEnv;
  print: (line: string) => void;
}

const isComplete = async (jars: string, version: string) =>
  (await readdir(jars).catch((): string[] => [])).includes(`kafka_2.13-${version}.jar`);

/** Runs Maven on a copy of the pom, or it would leave a `target` folder in the checkout. */
async function copyDependencies(into: string, version: string, fetching: DownloadOptions): Promise<void> {
  const work = `${into}.pom`;
  await mkdir(work);
  try {
    await cp(join(import.meta.dirname, '..', 'kafka', 'pom.xml'), join(work, 'pom.xml'));
    // -C fails on a checksum mismatch.
    const goal = [
      `-Dkafka.version=${version}`,
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${into}`,
    ];
    await maven(['-B', '-C', '-f', join(work, 'pom.xml'), ...goal], fetching);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function maven(args: string[], { env, print }: DownloadOptions): Promise<void> {
  const child = spawn('mvn', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const errors: string[] = [];
  let downloaded = 0;
  let printedAtMs = 0;
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('[ERROR]')) errors.push(line.slice('[ERROR] '.length));
    if (!/^\[INFO\] Downloaded .*\.jar /.test(line)) return;
    downloaded += 1;
    if (performance.now() - printedAtMs < 1_000) return;
    printedAtMs = performance.now();
    print(`Kafka: ${downloaded} jars downloaded …`);
  });
  createInterface(child.stderr).on('line', (line) => errors.push(line));
  await new Promise<void>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? new Error(noMaven) : error));
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`Maven could not download Kafka.\n${errors.slice(0, 6).join('\n')}`)),
    );
  });
}
