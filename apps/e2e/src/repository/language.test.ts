import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../../../..');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => existsSync(join(root, file)) && /^(apps|libs|tools|docker)\/.*\.(ts|tsx|mjs)$/.test(file));

/** Names of the types that a source text declares. */
function declaredTypes(file: string, text: string): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) names.push(node.name.text);
    if (ts.isClassDeclaration(node) && node.name) names.push(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return names;
}

/** Files by the types that they declare, for the types that more than one declares. */
function declaredTwice(sources: readonly { file: string; text: string }[]): [string, string[]][] {
  const owners = new Map<string, Set<string>>();
  for (const { file, text } of sources)
    for (const name of declaredTypes(file, text)) owners.set(name, (owners.get(name) ?? new Set()).add(file));
  return [...owners].filter(([, { size }]) => size > 1).map(([name, declaring]) => [name, [...declaring]]);
}

describe('a type name', () => {
  it('stands for one thing in the whole repository', () => {
    const sources = files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));
    expect(sources.length).toBeGreaterThan(500);
    expect(declaredTwice(sources)).toEqual([]);
  });

  it('that two files declare is reported with both', () => {
    const sources = [
      { file: 'a.ts', text: 'interface Watch { readonly x: 1 }' },
      { file: 'b.ts', text: 'function f() { type Watch = 1; }' },
      { file: 'c.ts', text: 'class Other {}' },
    ];
    expect(declaredTwice(sources)).toEqual([['Watch', ['a.ts', 'b.ts']]]);
  });
});
