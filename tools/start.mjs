// `npm start`: installs what is missing, then runs up.ts under the pinned Node.
import { join } from 'node:path';
import { buildDashboard } from './build-dashboard.mjs';
import { prepare, root, runPinned } from './setup.mjs';

prepare();
try {
  buildDashboard();
} catch (error) {
  // Everything else works without the dashboard.
  console.error(error.message);
}
const script = join(root, 'tools', 'up.ts');
process.exitCode = await runPinned(['--disable-warning=ExperimentalWarning', script, ...process.argv.slice(2)]);
