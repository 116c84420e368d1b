import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

it('docs/reference/commands.md has the --help output of every program', async () => {
  const root = join(import.meta.dirname, '../../../..');
  const args = ['--disable-warning=ExperimentalWarning', 'tools/commands-reference.ts', '--check'];
  const env = { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };
  await expect(promisify(execFile)(process.execPath, args, { cwd: root, env })).resolves.toMatchObject({ stderr: '' });
});
