// node tools/run.mjs FILE ARGS…: runs a TypeScript file of this repository under the pinned Node.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root, runPinned } from './setup.mjs';

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node tools/run.mjs FILE [ARGS…]');
  process.exit(2);
}
prepare();
const isService = /^apps\/[^/]+\/src\/(?:token\/)?main\.ts$/.test(file);
const settings = isService ? ['--import', pathToFileURL(join(root, 'tools', 'beside-start.ts')).href] : [];
process.exitCode = await runPinned(['--disable-warning=ExperimentalWarning', ...settings, join(root, file), ...args]);
