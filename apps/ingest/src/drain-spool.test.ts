import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@callstream/runtime';
import { createTestContext } from '@callstream/runtime/testing';
import { IngestEnv } from './config.ts';
import { drainSpool } from './drain-spool.ts';

it('drain refuses a folder that is not a spool, such as DATA_DIR itself, and changes nothing in it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'callstream-drain-'));
  const file = join(folder, 'notes.txt');
  writeFileSync(file, 'x');
  const paths = [folder, file];
  for (const path of paths) chmodSync(path, 0o755);
  try {
    await expect(drainSpool(folder, readConfig(IngestEnv, {}), createTestContext())).rejects.toThrow(
      /is not a spool.*--dir is DATA_DIR\/spool/,
    );
    expect(paths.map((path) => statSync(path).mode & 0o777)).toEqual([0o755, 0o755]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
