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
// The end-to-end benchmarks and screenshots use the dashboard.
if (file.startsWith('apps/e2e/')) buildDashboard();
// The settings of this checkout: .env, and a running `npm start`.
const needsSettings =
  /^(?:apps\/(?:[^/]+\/src\/(?:(?:token|export)\/)?main|simulator\/src\/(?:simulate|send))|tools\/doctor)\.ts$/.test(
    file,
  );
const settings = needsSettings ? ['--import', pathToFileURL(join(root, 'tools', 'load-env.ts')).href] : [];
// Bounds the memory of an import, and keeps the garbage collections of the gateway short: see tools/service.ts.
const memory = [
  ...(file.startsWith('apps/asterisk/') ? ['--max-semi-space-size=8'] : []),
  ...(file === 'apps/gateway/src/main.ts' ? ['--max-semi-space-size=4', '--heap-growing-percent=100'] : []),
];
process.exitCode = await runPinned([
  '--disable-warning=ExperimentalWarning',
  ...memory,
  ...settings,
  join(root, file),
  ...args,
]);
