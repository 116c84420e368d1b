import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../docs/markdown.ts';

const json = (path: string): unknown => JSON.parse(readFileSync(join(repositoryRoot, path), 'utf8'));

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}
const lockOf = (path: string): Record<string, LockedPackage> =>
  (json(path) as { readonly packages: Record<string, LockedPackage> }).packages;
const packages = [...Object.entries(lockOf('package-lock.json')), ...Object.entries(lockOf('docs/package-lock.json'))]
  .filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
  .map(([path, locked]) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    ...locked,
  }));

/** Licences that allow redistribution of callstream. MPL and OFL cover only their own files. */
const allowed = new Set([
  ...['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'Zlib', 'Python-2.0'],
  ...['Unlicense', 'CC0-1.0', 'CC-BY-4.0', 'MPL-2.0', 'OFL-1.1'],
]);
/** MIT, checked by hand: they use the obsolete field `licenses`. */
const checkedByHand = new Set(['ssh2', 'cpu-features', 'buildcheck']);

/** SPDX expression: one alternative of OR must be allowed, and all parts of AND. */
const isAllowed = (expression: string): boolean =>
  expression
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((option) => option.split(' AND ').every((licence) => allowed.has(licence)));

it('a licence expression is allowed if one alternative of OR is, with all parts of AND', () => {
  expect(['MIT', '(MIT OR GPL-3.0)', 'Apache-2.0 AND MIT'].map(isAllowed)).toEqual([true, true, true]);
  expect(['GPL-3.0', 'MIT AND GPL-3.0', ''].map(isAllowed)).toEqual([false, false, false]);
});

it('every package, development dependencies included, has an allowed licence', () => {
  expect(packages.length).toBeGreaterThan(500);
  const refused = packages.filter(({ name, license = '' }) => !checkedByHand.has(name) && !isAllowed(license));
  expect(refused.map(({ name, license }) => `${name}: ${license ?? 'none'}`)).toEqual([]);
});

it('every package with an install script is listed in allowScripts', () => {
  const { allowScripts } = json('package.json') as { readonly allowScripts: Record<string, boolean> };
  const withScript = new Set(packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name));
  expect([...withScript].filter((name) => !(name in allowScripts))).toEqual([]);
  expect(Object.keys(allowScripts).filter((name) => !withScript.has(name))).toEqual([]);
});

it('lock files contain no registry URLs', () => {
  expect(packages.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});

it('all workspaces have the same version', () => {
  const { version } = json('package.json') as { readonly version: string };
  const files = globSync(['{apps,libs}/*/package.json', 'tools/package.json'], { cwd: repositoryRoot });
  expect(files.length).toBeGreaterThan(12);
  for (const file of files) {
    const { dependencies = {}, ...own } = json(file) as { version: string; dependencies?: Record<string, string> };
    const internal = Object.entries(dependencies).filter(([name]) => name.startsWith('@callstream/'));
    expect({ file, versions: new Set([own.version, ...internal.map(([, range]) => range)]) }).toEqual({
      file,
      versions: new Set([version]),
    });
  }
});

it('packages whose private parts we use are pinned exactly, and only where they are used', () => {
  const files = globSync(['package.json', '{apps,libs}/*/package.json', 'tools/package.json'], { cwd: repositoryRoot });
  const ranges = files.flatMap((file) => {
    const { dependencies = {}, devDependencies = {} } = json(file) as Partial<
      Record<'dependencies' | 'devDependencies', Record<string, string>>
    >;
    return Object.entries({ ...dependencies, ...devDependencies })
      .filter(([name]) => name === 'kafkajs' || name === 'pg')
      .map(([name, range]) => `${file}: ${name} ${range}`);
  });
  expect(ranges.toSorted()).toEqual([
    'libs/runtime/package.json: kafkajs 2.2.4',
    'libs/stack/package.json: pg 8.23.1',
    'libs/tables/package.json: pg 8.23.1',
  ]);
});
