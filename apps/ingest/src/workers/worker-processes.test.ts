import cluster from 'node:cluster';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { jest } from '@jest/globals';
import { createLog } from '@callstream/runtime';
import { until } from '@callstream/stack';
import { startWorkerProcesses } from './worker-processes.ts';

it('a worker that the system cannot start is tried again until it can', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'callstream-worker-'));
  const [cwd, exec] = [join(folder, 'missing'), join(folder, 'worker.mjs')];
  writeFileSync(exec, "process.on('message', () => process.exit());");
  // ENOENT is reported as EAGAIN is, when there are no more processes.
  cluster.setupPrimary({ exec, args: [], execArgv: [], cwd });
  const log = createLog({ service: 'test', level: 'silent' });
  const failed = jest.spyOn(log, 'error');
  const processes = startWorkerProcesses({
    workers: 1,
    stopTimeoutMs: 1_000,
    connect: async (_worker, process) => {
      await once(process, 'online');
    },
    onEnd: () => undefined,
    retire: () => false,
    log,
  });
  try {
    await until(() => failed.mock.calls.length >= 2, {
      onTimeout: () => new Error('It is not tried again.'),
    });
    expect(failed.mock.calls[0]).toEqual([
      { worker: 0, reason: expect.stringContaining('ENOENT') as string },
      'worker.ended',
    ]);
    expect(Object.keys(cluster.workers ?? {})).toEqual([]);
    mkdirSync(cwd);
    await processes.started;
  } finally {
    await processes.stop();
    rmSync(folder, { recursive: true });
  }
});
