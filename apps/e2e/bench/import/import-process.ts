import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { nodeFlagsOf } from '@callstream/stack';
import type { System } from '../../src/system/system.ts';

export interface ImportTarget {
  /** The file. */
  readonly path: string;
  /** Of its positions. */
  readonly folder: string;
}

/** A process that imports. `ended` resolves when it has imported all. */
export function startImport({ path, folder }: ImportTarget, { env, webhookUrl }: Pick<System, 'env' | 'webhookUrl'>) {
  const args = ['apps/asterisk/src/main.ts', 'import', path];
  const child = spawn(process.execPath, [...nodeFlagsOf(args), ...args], {
    cwd: join(import.meta.dirname, '../../../..'),
    env: { ...process.env, ...env, DATA_DIR: folder, ASTERISK_INGEST_URL: new URL(webhookUrl).origin },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const ended = exited.then(([code]) => {
    if (code !== 0 && code !== null) throw new Error(`The import ended with ${String(code)}.`);
  });
  ended.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    ended,
    hasEnded,
    kill: () => child.kill('SIGKILL'),
    [Symbol.asyncDispose]: async () => {
      if (!hasEnded()) child.kill('SIGKILL');
      await exited;
    },
  };
}
