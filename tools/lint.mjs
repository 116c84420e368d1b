// `npm run lint`: ESLint over everything. `npm run lint -- ARGS…`: with these arguments, for example files and folders.
// One process: a process per project loads ESLint and checks the types of the libs 19 times.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createProjectGraphAsync } from '@nx/devkit';
import { root } from './setup.mjs';

// Without the project graph, @nx/enforce-module-boundaries accepts every import.
await createProjectGraphAsync({ exitOnError: true });
const args = process.argv.slice(2);
const eslint = join(root, 'node_modules/eslint/bin/eslint.js');
// As ESLint's own command line: in any other process the rule reads the graph from disk again for each file.
process.argv = [process.argv[0], eslint, ...(args.length > 0 ? args : ['.'])];
await import(pathToFileURL(eslint).href);
