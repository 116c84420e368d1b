import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@callstream/runtime';
import { until } from '@callstream/stack';
import { noNames } from './name-maps.ts';
import { openNamesFile } from './names-file.ts';

interface LoggedProblem {
  readonly file: string;
}
const warnings: LoggedProblem[] = [];
const log = createLog({ service: 'test', level: 'silent' });
log.warn = (fields: unknown) => void warnings.push(fields as LoggedProblem);

const folder = mkdtempSync(join(tmpdir(), 'callstream-names-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const named = (name: string): string => `queues: {"900": ${name}}`;

const untilEqual = <T>(read: () => T, wanted: T) =>
  until(() => read() === wanted, {
    everyMs: 20,
    onTimeout: () => new Error(`It is ${String(read())}, not ${String(wanted)}.`),
  });

/** A file that is followed, with the name of queue 900 in it. */
async function follow(file: string) {
  const names = await openNamesFile({ file, checkEveryMs: 20, log });
  let changes = 0;
  const following = names.follow(() => changes++);
  const current = () => names.current().queues.get('900');
  return {
    current,
    becomes: (name: string) => untilEqual(current, name),
    changes: () => changes,
    [Symbol.dispose]: () => following[Symbol.dispose](),
  };
}

const changedInPlace = async (): Promise<void> => {
  const file = join(folder, 'in-place');
  writeFileSync(file, named('One'));
  using followed = await follow(file);
  expect(followed.current()).toBe('One');
  writeFileSync(file, named('Two'));
  await followed.becomes('Two');
  expect(followed.changes()).toBe(1);
};

const replacedByRename = async (): Promise<void> => {
  const [file, next] = [join(folder, 'renamed'), join(folder, 'renamed.new')];
  using followed = await follow(file);
  expect(followed.current()).toBeUndefined();
  for (const name of ['One', 'Two']) {
    writeFileSync(next, named(name));
    renameSync(next, file);
    await followed.becomes(name);
  }
};

/** As Kubernetes does with a ConfigMap: file → ..data/file, and ..data → a folder of its version. */
const replacedByLink = async (): Promise<void> => {
  const mount = join(folder, 'mount');
  const publish = (name: string): void => {
    mkdirSync(join(mount, name), { recursive: true });
    writeFileSync(join(mount, name, 'names.yaml'), named(name));
    symlinkSync(name, join(mount, '..data_tmp'));
    renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
  };
  publish('One');
  symlinkSync(join('..data', 'names.yaml'), join(mount, 'names.yaml'));
  using followed = await follow(join(mount, 'names.yaml'));
  expect(followed.current()).toBe('One');
  publish('Two');
  await followed.becomes('Two');
};

const brokenMeanwhile = async (): Promise<void> => {
  const [file, next] = [join(folder, 'broken'), join(folder, 'broken.new')];
  // By rename: a file that is written in place is empty for a moment, which is no problem but a file without names.
  const replace = (text: string | Buffer): void => {
    writeFileSync(next, text);
    renameSync(next, file);
  };
  const problems = (): unknown[] => warnings.filter((fields) => fields.file === file);
  const untilProblems = (count: number) => untilEqual(() => problems().length, count);
  writeFileSync(file, named('One'));
  using followed = await follow(file);
  rmSync(file);
  await untilProblems(1);
  replace(`queues:\n  900: ${'x'.repeat(101)}\n`);
  await untilProblems(2);
  replace(Buffer.from([0xff, 0xfe]));
  await untilProblems(3);
  expect([followed.current(), followed.changes()]).toEqual(['One', 0]);
  expect(problems()).toMatchObject([
    { line: 1, problem: 'there is no such file: create it, or unset NAMES_FILE' },
    { line: 2, column: 3, problem: 'a name has at most 100 characters: shorten it' },
    { problem: 'the file is not UTF-8: save it as UTF-8' },
  ]);
  replace(named('Two'));
  await followed.becomes('Two');
  expect(followed.changes()).toBe(1);
};

// At the same time: each has to wait until the file is checked.
it('a file of names is read again when it is changed in place, or replaced by a file or a link; a broken one changes nothing', async () => {
  await Promise.all([changedInPlace(), replacedByRename(), replacedByLink(), brokenMeanwhile()]);
});

it.each([
  ['of over 1 MiB', () => '#'.repeat(1024 * 1024 + 1), 'the file has more than 1024 KiB: make it smaller'],
  ['that is a folder', null, 'this is not a file: name one in NAMES_FILE'],
])('a file of names %s is not read', async (_, text, problem) => {
  const file = join(mkdtempSync(join(folder, 'refused-')), 'names');
  if (text) writeFileSync(file, text());
  else mkdirSync(file);
  const names = await openNamesFile({ file, log });
  expect(names.current()).toEqual(noNames);
  expect(warnings.at(-1)).toMatchObject({ file, problem });
});

it('without a file there are no names', async () => {
  const names = await openNamesFile({ file: undefined, log });
  using _ = names.follow(() => undefined);
  expect(names.current()).toEqual(noNames);
});
