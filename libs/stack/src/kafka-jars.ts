import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const kafkaVersion = '4.3.1';

const noMaven =
  'Kafka is fetched with Maven, and there is no `mvn` on the PATH. Install it (https://maven.apache.org, or your ' +
  "system's package maven). Or run `docker compose up`, which brings its own Kafka. Or set KAFKA_BROKERS=host:port.";

/**
 * The folder of Kafka's jars, in the user's cache, shared by all checkouts. Fetched when missing, about 45 MB; it
 * appears whole or not at all, also when two starts fetch at once.
 * @param say is told how far it is, one line at a time.
 */
export async function kafkaJars(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<string> {
  const version = env['CALLSTREAM_TEST_KAFKA_VERSION'] ?? kafkaVersion;
  const cache = join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'callstream');
  const jars = join(cache, `kafka-${version}`);
  if (await isThere(jars, version)) return jars;

  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(join(cache, 'fetching-'));
  try {
    say(`Kafka ${version}: fetching about 45 MB with Maven, once …`);
    await copyDependencies(fresh, version, { env, say });
    await rename(fresh, jars).catch(async (error: unknown) => {
      if (!(await isThere(jars, version))) throw error; // else another start was faster
    });
    return jars;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

type DownloadOptions = { env: NodeJS.ProcessEnv; say: (line: string) => void };

const isThere = async (jars: string, version: string) =>
  (await readdir(jars).catch((): string[] => [])).includes(`kafka_2.13-${version}.jar`);

/** The pom is copied: Maven would otherwise leave a `target` folder in the checkout. */
async function copyDependencies(into: string, version: string, fetching: DownloadOptions): Promise<void> {
  const work = `${into}.pom`;
  await mkdir(work);
  try {
    await cp(join(import.meta.dirname, '..', 'kafka', 'pom.xml'), join(work, 'pom.xml'));
    // -C: a jar whose checksum does not match ends it.
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

async function maven(args: string[], { env, say }: DownloadOptions): Promise<void> {
  const child = spawn('mvn', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const problems: string[] = [];
  let fetched = 0;
  let saidAtMs = 0;
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('[ERROR]')) problems.push(line.slice('[ERROR] '.length));
    if (!/^\[INFO\] Downloaded .*\.jar /.test(line)) return;
    fetched += 1;
    if (performance.now() - saidAtMs < 1_000) return;
    saidAtMs = performance.now();
    say(`Kafka: ${fetched} jars fetched …`);
  });
  createInterface(child.stderr).on('line', (line) => problems.push(line));
  await new Promise<void>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? new Error(noMaven) : error));
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`Maven could not fetch Kafka.\n${problems.slice(0, 6).join('\n')}`)),
    );
  });
}
