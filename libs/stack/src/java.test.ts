import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findJava, javaVersionOf } from './java.ts';

it.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['openjdk version "25" 2025-09-16', 25],
  ['java version "1.8.0_392"', 8],
  ['something else', null],
])('javaVersionOf reads the version in %s', (output, version) => expect(javaVersionOf(output)).toBe(version));

describe('without a Java that can run Kafka, the error names the remedies', () => {
  const ways = /Install a JDK.*docker compose up.*KAFKA_BROKERS/;

  it('if no Java is installed', async () => {
    await expect(findJava({ PATH: '/nowhere' })).rejects.toThrow(
      /needs Java 17 or newer, and there is none in the PATH/,
    );
    await expect(findJava({ PATH: '/nowhere' })).rejects.toThrow(ways);
    await expect(findJava({ JAVA_HOME: '/nowhere' })).rejects.toThrow('none in JAVA_HOME (/nowhere)');
  });

  it('if Java is too old, with its version', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'callstream-java-'));
    try {
      await writeFile(join(folder, 'java'), `#!/bin/sh\necho 'java version "1.8.0_392"' >&2\n`, { mode: 0o755 });
      await expect(findJava({ PATH: folder })).rejects.toThrow('the one in the PATH is Java 8.');
      await expect(findJava({ PATH: folder })).rejects.toThrow(ways);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
