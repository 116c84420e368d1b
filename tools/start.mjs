// `npm start`: installs what is missing, then goes on in up.ts under the pinned Node.
import { join } from 'node:path';
import { prepare, root, runPinned } from './setup.mjs';

prepare();
process.exitCode = await runPinned(['--disable-warning=ExperimentalWarning', join(root, 'tools', 'up.ts')]);
