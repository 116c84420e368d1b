import { mkdir, statfs } from 'node:fs/promises';
import { isPortFree } from '@callstream/stack';
import type { StartSettings } from './settings.ts';

const diskBytesMin = 500_000_000;

/** Checks ports and disk space before a start. @throws {Error} in one line, with the problem and its remedy */
export async function preflight({ dataDir, ports }: StartSettings): Promise<void> {
  for (const { variable, port, hosts } of ports) {
    for (const host of hosts) {
      if (!(await isPortFree(port, host))) {
        throw new Error(
          `Port ${port} is taken on ${host}. Stop the program that listens there, or set ${variable} to another port.`,
        );
      }
    }
  }
  await mkdir(dataDir, { recursive: true });
  const { bavail, bsize } = await statfs(dataDir);
  if (bavail * bsize < diskBytesMin) {
    const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
    throw new Error(
      `The disk of ${dataDir} has ${megabytes(bavail * bsize)} left; at least ${megabytes(diskBytesMin)} are needed. ` +
        'Make room, or set DATA_DIR to a folder on another disk.',
    );
  }
}
