import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from './settings.ts';
import type { StartSettings } from './settings.ts';
import type { StopRequest } from './stop-request.ts';

const root = join(import.meta.dirname, '..');

/** Runs `work` with the settings of this checkout, and says at its end that it stopped, or why it failed. */
export async function runUntilStopped(
  stop: Pick<StopRequest, 'isRequested'>,
  work: (settings: StartSettings) => Promise<void>,
): Promise<void> {
  // A closed terminal or pipe must not prevent an orderly stop.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    if (existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'));
    process.chdir(root);
    await work(readSettings(process.env));
    console.log('Stopped.');
  } catch (error) {
    if (stop.isRequested()) console.log('Stopped.');
    else {
      console.error(`\n${(error as Error).message}`);
      process.exitCode = 1;
    }
  }
  process.removeAllListeners('disconnect');
  if (process.connected) process.disconnect();
}
