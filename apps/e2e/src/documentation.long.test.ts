import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './markdown.ts';

it('the site is built, and has no dead link', async () => {
  await promisify(execFile)(process.execPath, [join(root, 'tools/docs.mjs'), 'build'], { cwd: root });
  expect(existsSync(join(root, 'docs/.vitepress/dist/index.html'))).toBe(true);
});
