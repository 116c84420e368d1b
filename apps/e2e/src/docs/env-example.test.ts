import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

it('.env.example and the configuration reference are up to date with the settings schemas', async () => {
  const root = join(import.meta.dirname, '../../../..');
  const args = ['--disable-warning=ExperimentalWarning', 'tools/env-example.ts', '--check'];
  await expect(
    promisify(execFile)(process.execPath, args, { cwd: root, env: { PATH: process.env['PATH'] ?? '' } }),
  ).resolves.toMatchObject({ stderr: '' });
});
