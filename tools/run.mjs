// node tools/run.mjs FILE ARGS…: runs a TypeScript file of this repository under the pinned Node.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeFlagsOf } from '../libs/stack/src/node-flags.mjs';
import { buildDashboard } from './build-dashboard.mjs';
import { prepare, root, runPinned } from './setup.mjs';

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node tools/run.mjs FILE [ARGS…]');
  process.exit(2);
}
prepare();
// The end-to-end benchmarks and screenshots use the dashboard.
if (file.startsWith('apps/e2e/')) buildDashboard();
// The settings of this checkout: .env, and a running `npm start`.
const needsSettings =
  /^(?:apps\/(?:[^/]+\/src\/(?:(?:token|export)\/)?main|simulator\/src\/(?:simulate|send))|tools\/doctor)\.ts$/.test(
    file,
  );
const settings = needsSettings ? ['--import', pathToFileURL(join(root, 'tools', 'load-env.ts')).href] : [];
process.exitCode = await runPinned([...nodeFlagsOf([file, ...args]), ...settings, join(root, file), ...args]);
