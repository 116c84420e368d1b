// Generates docs/reference/commands.md from the programs' --help; with --check it only fails if the page is out of date.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeGeneratedFiles } from './generated-files.ts';

const root = join(import.meta.dirname, '..');

/** What a user types → the program that it runs. */
const programs = {
  'npm start': 'tools/up.ts',
  'npm run demo:asterisk': 'tools/demo-asterisk.ts',
  'npm run simulate': 'apps/simulator/src/simulate.ts',
  'npm run provider': 'apps/simulator/src/provider.ts',
  'npm run send': 'apps/simulator/src/send.ts',
  'npm run doctor': 'tools/doctor.ts',
  'npm run watch': 'apps/watch/src/main.ts',
  'npm run export': 'apps/watch/src/export/main.ts',
  'npm run token': 'apps/gateway/src/token/main.ts',
  'npm run projector': 'apps/projector/src/main.ts',
  'npm run decode': 'apps/projector/src/decode/main.ts',
  'npm run ingest': 'apps/ingest/src/main.ts',
  'npm run asterisk': 'apps/asterisk/src/main.ts',
  'npm run delegator': 'apps/delegator/src/main.ts',
  'npm run gateway': 'apps/gateway/src/main.ts',
  'npm run bench': 'apps/e2e/bench/main.ts',
  'npm run proof': 'apps/e2e/proof/main.ts',
};

type Help = readonly { readonly path: readonly string[]; readonly text: string }[];

async function readHelp(): Promise<readonly Help[]> {
  const printHelp = join(import.meta.dirname, 'print-help.mjs');
  const files = Object.values(programs).map((program) => join(root, program));
  const env = { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };
  const args = ['--disable-warning=ExperimentalWarning', printHelp, ...files];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Help);
}

const sectionsOf = (typed: string, help: Help): string[] =>
  help.map(
    ({ path, text }) =>
      `## ${path.length === 0 ? typed : `${typed} -- ${path.join(' ')}`}\n\n\`\`\`text\n${text}\n\`\`\`\n`,
  );

const head = `# Commands

What each says with \`--help\`. Behind \`npm start\` and \`npm run …\`, arguments follow after \`--\`: \`npm run projector -- status\`.

**For people**: the result is on standard output; sentences, warnings and one progress bar are on standard error (without a terminal, a line
every 5 s instead of the bar). \`--verbose\` adds the log, as lines of JSON. \`NO_COLOR=1\` leaves out colours.

**For programs**: \`--json\`, and \`npm run --silent\`, without which npm prints lines of its own:
\`npm run --silent projector -- status --json\`. Standard output has one JSON document, or lines of JSON where \`--help\` says so, and nothing
else. Warnings and the reason of a failure are lines of JSON on standard error, as in the [log](log-events.md); the last one of a failure has
\`"level":"fatal"\` and \`message\`.

| exit code | meaning                                                                                                                         |
| --------- | ------------------------------------------------------------------------------------------------------------------------------- |
| 0         | done; also the end of \`start\`, \`simulate\`, \`watch\` and the services by Ctrl-C or SIGTERM                                       |
| 1         | not done, or wrong arguments: standard error says why. \`verify\`: the tables differ; \`doctor\`: a check failed; \`send\`: a line was refused; \`bench\`: a target was missed |
| 130, 143  | stopped by Ctrl-C, or by SIGTERM, before it was done: standard error says what is done. A second Ctrl-C ends it at once            |

<!-- From here on generated from the programs: npm run commands-reference -->
`;
await writeGeneratedFiles({
  script: 'commands-reference',
  description: "Writes docs/reference/commands.md from the programs' --help.",
  files: async () => {
    const helps = await readHelp();
    const sections = Object.keys(programs).flatMap((typed, index) => sectionsOf(typed, helps[index] ?? []));
    return { 'docs/reference/commands.md': [head, ...sections].join('\n') };
  },
});
