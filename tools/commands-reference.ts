// Generates docs/reference/commands.md from the programs' --help; with --check it only fails if the page is out of date.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { format, resolveConfig } from 'prettier';

const root = join(import.meta.dirname, '..');
const page = join(root, 'docs', 'reference', 'commands.md');

/** What a user types → the program that it runs. */
const programs = {
  'npm start': 'tools/up.ts',
  'npm run simulate': 'apps/simulator/src/simulate.ts',
  'npm run send': 'apps/simulator/src/send.ts',
  'npm run watch': 'apps/watch/src/main.ts',
  'npm run token': 'apps/gateway/src/token/main.ts',
  'npm run projector': 'apps/projector/src/main.ts',
  'npm run ingest': 'apps/ingest/src/main.ts',
  'npm run gateway': 'apps/gateway/src/main.ts',
};

type Help = readonly { readonly path: readonly string[]; readonly text: string }[];

async function helpOf(program: string): Promise<Help> {
  const printHelp = pathToFileURL(join(import.meta.dirname, 'print-help.mjs')).href;
  const args = ['--disable-warning=ExperimentalWarning', '--import', printHelp, join(root, program)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { PATH: process.env['PATH'] ?? '' } });
  return JSON.parse(stdout) as Help;
}

async function sectionsOf([typed, program]: [string, string]): Promise<string[]> {
  const help = await helpOf(program);
  return help.map(
    ({ path, text }) =>
      `## ${path.length === 0 ? typed : `${typed} -- ${path.join(' ')}`}\n\n\`\`\`text\n${text}\n\`\`\`\n`,
  );
}

const head = `# Commands

What each says with \`--help\`. Behind \`npm start\` and \`npm run …\`, arguments follow after \`--\`: \`npm run projector -- status --json\`.

<!-- From here on generated from the programs: npm run commands-reference -->
`;
const sections = await Promise.all(Object.entries(programs).map(sectionsOf));
const text = await format([head, ...sections.flat()].join('\n'), {
  ...(await resolveConfig(page)),
  parser: 'markdown',
});

if (!process.argv.includes('--check')) writeFileSync(page, text);
else if (readFileSync(page, 'utf8') !== text) {
  console.error('docs/reference/commands.md is out of date. Run: npm run commands-reference');
  process.exitCode = 1;
}
