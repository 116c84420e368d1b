import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@callstream/runtime';
import { openSpool, recordsIn } from '@callstream/spool';
import type { Spool } from '@callstream/spool';
import { until } from '@callstream/stack';
import { spoolNames } from './spool-names.ts';
import { leftoverSpools, openSpools } from './spools.ts';

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

it('a leftover that another process has open is opened once that process has closed it', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'callstream-leftovers-'));
  const log = createLog({ service: 'test', level: 'silent' });
  try {
    const other = await openSpool({ dir: join(dataDir, 'spool-1'), bytesMax: 1_000_000, names: spoolNames, log });
    await other.add({ topic: 't', key: 'k', partition: 0, value: Buffer.from('{}'), headers: {}, bytes: 100 });
    await using spools = await openSpools({ dataDir, bytesMax: 1_000_000, worker: 0, workers: 1, log });
    const opened: Spool[] = [];
    using _listener = spools.onOpen((spool) => opened.push(spool));
    expect(opened).toEqual([spools.own]);
    expect(recordsIn(spools)).toBe(0);
    await other[Symbol.asyncDispose]();
    await until(() => opened.length === 2, { onTimeout: () => new Error('It is not opened.') });
    expect(recordsIn(spools)).toBe(1);
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});
