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

let parent: string;
let folder: string;
let umask: number;
beforeEach(() => {
  umask = process.umask(0);
  parent = mkdtempSync(join(tmpdir(), 'callstream-files-'));
  chmodSync(parent, 0o755);
  folder = join(parent, 'data', 'spool');
});
afterEach(() => {
  process.umask(umask);
  rmSync(parent, { recursive: true, force: true });
});

/** Creates files with the modes of the umask, as older versions did. */
function makeOpenFolder(): void {
  mkdirSync(join(folder, 'log', 'call-events-0'), { recursive: true });
  for (const name of ['a.db', 'log/call-events-0/0.log']) writeFileSync(join(folder, name), 'x');
}

it('creates a folder for this user only; folders above get the modes of the umask', () => {
  makePrivateFolder(folder, silent);
  expect([parent, join(parent, 'data'), folder].map(modeOf)).toEqual(['755', '777', '700']);
});

it('restricts existing files at any depth, and does not follow links out of the folder', () => {
  makeOpenFolder();
  const outside = join(parent, 'passwd');
  writeFileSync(outside, 'x', { mode: 0o644 });
  symlinkSync(outside, join(folder, 'link'));
  makePrivateFolder(folder, silent);
  expect(nonPrivateModes(folder).map((found) => found.split(' ')[0])).toEqual([join(folder, 'link')]);
  expect([modeOf(folder), modeOf(outside)]).toEqual(['700', '644']);
});

it('restricts the target if the folder itself is a link', () => {
  const disk = join(parent, 'disk');
  mkdirSync(disk, { mode: 0o755 });
  symlinkSync(disk, join(parent, 'spool'));
  makePrivateFolder(join(parent, 'spool'), silent);
  expect(modeOf(disk)).toBe('700');
});

it('a child process keeps the private umask, and this process does not', () => {
  const [ofChild, ofParent] = [join(parent, 'child'), join(parent, 'parent')];
  const child = withPrivateUmask(() => spawnSync('sh', ['-c', `umask; echo x > ${ofChild}`]));
  writeFileSync(ofParent, 'x');
  expect([child.stdout.toString(), modeOf(ofChild), modeOf(ofParent)]).toEqual(['0077\n', '600', '666']);
});

describe('as a user who is not the owner (only if run by root)', () => {
  const asNobody = (work: () => void): void => {
    process.seteuid?.(65_534);
    try {
      work();
    } finally {
      process.seteuid?.(0);
    }
  };

  itAsRoot('warns once, changes nothing, and continues', () => {
    makeOpenFolder();
    const warnings: string[] = [];
    asNobody(() => makePrivateFolder(folder, (reason) => warnings.push(reason)));
    expect(warnings).toEqual([
      expect.stringMatching(/may read 5 files or folders.*As their owner run: chmod -R go= .*spool$/),
    ]);
    expect(modeOf(join(folder, 'a.db'))).toBe('666');
  });

  itAsRoot('names the owner of a folder that cannot be read', () => {
    makePrivateFolder(folder, silent);
    asNobody(() =>
      expect(() => makePrivateFolder(folder, silent)).toThrow(
        /belongs to user 0, and user 65534 may not read it \(EACCES\): run this as its owner/,
      ),
    );
  });
});
