import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { canBecomeNobody, nonPrivateModes } from '../testing/index.ts';
import { makePrivateFolder, withPrivateUmask } from './private-files.ts';

const itAsRoot = canBecomeNobody ? it : it.skip;
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const silent = (reason: string): void => {
  throw new Error(reason);
};

let above: string;
let folder: string;
let umask: number;
beforeEach(() => {
  umask = process.umask(0);
  above = mkdtempSync(join(tmpdir(), 'callstream-files-'));
  chmodSync(above, 0o755);
  folder = join(above, 'data', 'spool');
});
afterEach(() => {
  process.umask(umask);
  rmSync(above, { recursive: true, force: true });
});

/** As a careless version made it. */
function makeOpenFolder(): void {
  mkdirSync(join(folder, 'log', 'call-events-0'), { recursive: true });
  for (const name of ['a.db', 'log/call-events-0/0.log']) writeFileSync(join(folder, name), 'x');
}

it('makes the folder for this user alone, and leaves the modes of those above to the umask', () => {
  makePrivateFolder(folder, silent);
  expect([above, join(above, 'data'), folder].map(modeOf)).toEqual(['755', '777', '700']);
});

it('closes what is there already, at any depth, and does not follow links out of the folder', () => {
  makeOpenFolder();
  const outside = join(above, 'passwd');
  writeFileSync(outside, 'x', { mode: 0o644 });
  symlinkSync(outside, join(folder, 'link'));
  makePrivateFolder(folder, silent);
  expect(nonPrivateModes(folder).map((found) => found.split(' ')[0])).toEqual([join(folder, 'link')]);
  expect([modeOf(folder), modeOf(outside)]).toEqual(['700', '644']);
});

it('closes a folder that is elsewhere, and is linked to', () => {
  const disk = join(above, 'disk');
  mkdirSync(disk, { mode: 0o755 });
  symlinkSync(disk, join(above, 'spool'));
  makePrivateFolder(join(above, 'spool'), silent);
  expect(modeOf(disk)).toBe('700');
});

it('a process that is started has the umask for good, and we do not', () => {
  const [theirs, ours] = [join(above, 'theirs'), join(above, 'ours')];
  const made = withPrivateUmask(() => spawnSync('sh', ['-c', `umask; echo x > ${theirs}`]));
  writeFileSync(ours, 'x');
  expect([made.stdout.toString(), modeOf(theirs), modeOf(ours)]).toEqual(['0077\n', '600', '666']);
});

describe('as a user who is not the owner (skipped unless run by root)', () => {
  const asNobody = (work: () => void): void => {
    process.seteuid?.(65_534);
    try {
      work();
    } finally {
      process.seteuid?.(0);
    }
  };

  itAsRoot('warns once, changes nothing, and goes on', () => {
    makeOpenFolder();
    const said: string[] = [];
    asNobody(() => makePrivateFolder(folder, (reason) => said.push(reason)));
    expect(said).toEqual([
      expect.stringMatching(/can get at 5 files or folders.*As their owner: chmod -R go= .*spool$/),
    ]);
    expect(modeOf(join(folder, 'a.db'))).toBe('666');
  });

  itAsRoot('says whose a closed folder is', () => {
    makePrivateFolder(folder, silent);
    asNobody(() =>
      expect(() => makePrivateFolder(folder, silent)).toThrow(
        /belongs to user 0, and user 65534 may not use it: run this as its owner/,
      ),
    );
  });
});
