// `npm run docs`, `npm run docs:build`: the documentation site. Its packages (100 MB) are installed at the first use, because
// callstream does not need them.
import { join } from 'node:path';
import { installLockedPackages, prepare, root, runPinned } from './setup.mjs';

const docs = join(root, 'docs');
prepare();
installLockedPackages(docs);
process.chdir(docs);
process.exitCode = await runPinned([
  join('node_modules', 'vitepress', 'bin', 'vitepress.js'),
  ...process.argv.slice(2),
]);
