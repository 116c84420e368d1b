// `npm start`: installs what is missing, then goes on in up.ts under the pinned Node.
import { join } from 'node:path';
import { buildDashboard } from './build-dashboard.mjs';
import { prepare, root, runPinned } from './setup.mjs';

prepare();
try {
  buildDashboard();
} catch (error) {
  // Everything else works without it.
  console.error(error.message);
}
// kafkajs computes a negative timeout now and then, and Node 24 warns of it: nothing that anybody could act on.
const quiet = ['ExperimentalWarning', 'TimeoutNegativeWarning'].map((name) => `--disable-warning=${name}`);
process.exitCode = await runPinned([...quiet, join(root, 'tools', 'up.ts'), ...process.argv.slice(2)]);
