// `npm run lint`: ESLint over everything. `npm run lint -- PATHS…`: over these files and folders.
// One process: a process per project loads ESLint and checks the types of the libs 19 times.
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';

// Without the project graph, @nx/enforce-module-boundaries accepts every import.
await createProjectGraphAsync({ exitOnError: true });
const paths = process.argv.slice(2);
const eslint = new ESLint();
const results = await eslint.lintFiles(paths.length > 0 ? paths : ['.']);
const { format } = await eslint.loadFormatter('stylish');
process.stdout.write(await format(results));
if (results.some(({ errorCount }) => errorCount > 0)) process.exitCode = 1;
