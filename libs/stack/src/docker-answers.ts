import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export const dockerAnswers = (): Promise<boolean> =>
  promisify(execFile)('docker', ['info'], { timeout: 5_000 }).then(
    () => true,
    () => false,
  );
