import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandCoverage } from './documented-commands.ts';
import { readMarkdownPages, repositoryRoot } from './markdown.ts';

const text = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

/** Every line of the `sh` blocks, without its comment. */
const commands = readMarkdownPages().flatMap(({ path, code }) =>
  code
    .filter(({ language }) => language === 'sh')
    .flatMap((block) => block.text.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => ({ path, command: line.replace(/(^|\s+)#.*$/, '').trim() }))
    .filter(({ command }) => command !== ''),
);

it('every documented command is covered by a test, or has a reason why not', () => {
  expect(commands.length).toBeGreaterThan(20);
  const unknown = commands.filter(({ command }) => !commandCoverage.some(([pattern]) => pattern.test(command)));
  expect(unknown).toEqual([]);
});

it('the tests that cover documented commands exist and run them, and no coverage is listed for a command that is not documented', () => {
  const stale = commandCoverage.filter(([pattern, proof]) => {
    if ('test' in proof && !(existsSync(join(repositoryRoot, proof.test)) && text(proof.test).includes(proof.runs)))
      return true;
    return !commands.some(({ command }) => pattern.test(command));
  });
  expect(stale).toEqual([]);
});

it('documented commands use only scripts, subcommands and options that exist', () => {
  const { scripts } = JSON.parse(text('package.json')) as { readonly scripts: Record<string, string> };
  const helps = new Map(
    text('docs/reference/commands.md')
      .split(/^## /m)
      .map((section) => [section.split('\n')[0] ?? '', section] as const),
  );
  const wrong = commands.filter(({ command }) => {
    const script = /^npm (?:run (?:--silent )?)?([\w:-]+)/.exec(command)?.[1];
    if (script === undefined || command.includes('--workspace')) return false;
    if (scripts[script] === undefined) return true;
    return !isInHelp(command, helps);
  });
  expect(wrong).toEqual([]);
});

/** Whether the help of the command's program has its subcommand and its options. */
function isInHelp(command: string, helps: ReadonlyMap<string, string>): boolean {
  const titles = [...helps.keys()].filter((title) => title !== '' && `${command} `.startsWith(`${title} `));
  const title = titles.sort((a, b) => b.length - a.length)[0];
  if (title === undefined) return true;
  const help = helps.get(title) ?? '';
  const [, given = ''] = command.slice(title.length).split(/^ (?:-- )?/);
  const options = given.match(/(?<=^| )--[\w-]+/g) ?? [];
  const [word] = /^[a-z]+$/.exec(given.split(' ')[0] ?? '') ?? [];
  const isCommand = word === undefined || !help.includes('Commands:') || new RegExp(`^  ${word} `, 'm').test(help);
  return isCommand && options.every((option) => help.includes(option));
}
