// node tools/run.mjs FILE ARGS…: runs a TypeScript file of this repository under the pinned Node.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildDashboard } from './build-dashboard.mjs';
import { prepare, root, runPinned } from './setup.mjs';

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node tools/run.mjs FILE [ARGS…]');
  process.exit(2);
}
prepare();
// What looks at the page needs it as it is now.
if (file.startsWith('apps/e2e/')) buildDashboard();
// The settings of this checkout, in .env and of a running `npm start`.
const wantsSettings = /^apps\/(?:[^/]+\/src\/(?:token\/)?main|simulator\/src\/(?:simulate|send))\.ts$/.test(file);
const settings = wantsSettings ? ['--import', pathToFileURL(join(root, 'tools', 'load-env.ts')).href] : [];
process.exitCode = await runPinned(['--disable-warning=ExperimentalWarning', ...settings, join(root, file), ...args]);
