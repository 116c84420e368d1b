// node tools/run.mjs FILE ARGS…: runs a TypeScript file of this repository under the pinned Node.
import { join } from 'node:path';
import { prepare, root, runPinned } from './setup.mjs';

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node tools/run.mjs FILE [ARGS…]');
  process.exit(2);
}
prepare();
process.exitCode = await runPinned(['--disable-warning=ExperimentalWarning', join(root, file), ...args]);
