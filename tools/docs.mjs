// `npm run docs`, `npm run docs:build`: the site of the documentation. What makes it is installed at its first use, and not
// with everything else: it weighs 100 MB, and nothing of callstream runs on it.
import { join } from 'node:path';
import { installWhatIsLocked, prepare, root, runPinned } from './setup.mjs';

const docs = join(root, 'docs');
prepare();
installWhatIsLocked(docs);
process.chdir(docs);
process.exitCode = await runPinned([
  join('node_modules', 'vitepress', 'bin', 'vitepress.js'),
  ...process.argv.slice(2),
]);
