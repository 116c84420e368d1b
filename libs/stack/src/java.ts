import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The oldest Java that runs Kafka 4. */
export const javaVersionMin = 17;

const otherWays =
  'Or run `docker compose up`, which brings its own Kafka. Or set KAFKA_BROKERS=host:port to use a Kafka that you have.';

/**
 * The `java` that runs Kafka: that of JAVA_HOME, else the one on the PATH.
 * @throws {Error} in one line, if there is none or it is too old.
 */
export async function findJava(env: NodeJS.ProcessEnv): Promise<string> {
  const java = env['JAVA_HOME'] ? join(env['JAVA_HOME'], 'bin', 'java') : 'java';
  const place = env['JAVA_HOME'] ? `JAVA_HOME (${env['JAVA_HOME']})` : 'the PATH';
  const wanted = `Kafka needs Java ${javaVersionMin} or newer`;
  const get = `Install a JDK or JRE (https://adoptium.net, or your system's package openjdk-${javaVersionMin}-jre). ${otherWays}`;
  let output: string;
  try {
    output = (await promisify(execFile)(java, ['-version'], { env })).stderr;
  } catch {
    throw new Error(`${wanted}, and there is none in ${place}. ${get}`);
  }
  const version = javaVersionOf(output);
  if (version === null) throw new Error(`${wanted}; the one in ${place} has no version that can be read. ${get}`);
  if (version < javaVersionMin) throw new Error(`${wanted}; the one in ${place} is Java ${version}. ${get}`);
  return java;
}

/** The major version in what `java -version` prints: `"17.0.15"` is 17, `"1.8.0_392"` is 8. */
export function javaVersionOf(output: string): number | null {
  const match = /version "(?:1\.)?(\d+)/.exec(output);
  return match ? Number(match[1]) : null;
}
