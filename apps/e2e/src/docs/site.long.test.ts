import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from './markdown.ts';

it('the documentation site builds without dead links', async () => {
  await promisify(execFile)(process.execPath, [join(repositoryRoot, 'tools/docs.mjs'), 'build'], {
    cwd: repositoryRoot,
  });
  expect(existsSync(join(repositoryRoot, 'docs/.vitepress/dist/index.html'))).toBe(true);
});
