import { statfs } from 'node:fs/promises';
import type { Diagnosis } from './doctor.ts';

/** With less free space a service works, but not for long, in bytes. */
const freeBytesMin = 500_000_000;

export interface DiskRequirements {
  /** On the disk. */
  readonly folder: string;
  /** What to do if there is too little space. */
  readonly remedy: string;
  /** Needed at least, in bytes; 500 MB if that is more. */
  readonly bytes?: number;
}

/** Whether the disk has enough free space. Nothing is known of a folder that this user cannot see. */
export async function diagnoseDisk({ folder, remedy, bytes = 0 }: DiskRequirements): Promise<Diagnosis> {
  const disk = await statfs(folder).catch(() => null);
  if (disk === null) return {};
  const free = disk.bavail * disk.bsize;
  const needed = Math.max(bytes, freeBytesMin);
  const text = `${megabytes(free)} are free on the disk of ${folder}`;
  return free < needed
    ? { problems: [`${text}; at least ${megabytes(needed)} are needed. ${remedy}`] }
    : { facts: [text] };
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
