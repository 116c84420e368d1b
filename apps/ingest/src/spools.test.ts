import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leftoverSpools } from './spools.ts';

it('leftovers are spools with events, or with quarantined ones, of workers that no longer exist', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'callstream-leftovers-'));
  const files = [
    'spool/000000000001.db',
    'spool-1/owner.db',
    'spool-2/000000000001.db',
    'spool-3/refused.db',
    'spool-x/1.db',
  ];
  try {
    for (const file of files) {
      mkdirSync(join(dataDir, file, '..'), { recursive: true });
      writeFileSync(join(dataDir, file), 'x');
    }
    mkdirSync(join(dataDir, 'spool-5'));
    writeFileSync(join(dataDir, 'spool-5', 'refused.db'), '');
    writeFileSync(join(dataDir, 'spool-6'), 'no folder');
    const indexes = (workers: number) =>
      leftoverSpools(dataDir, workers)
        .map(({ index }) => index)
        .toSorted();
    expect([indexes(1), indexes(3), indexes(4)]).toEqual([[2, 3], [3], []]);
    expect(leftoverSpools(join(dataDir, 'none'), 1)).toEqual([]);
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});
