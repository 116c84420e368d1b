import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isProgrammingError } from '@callstream/resilience';
import { isDamagedInteger, markTorn, NotFileOwner, removeFile } from './database.ts';
import { openSegment } from './segment.ts';
import type { SpoolSegment } from './segment.ts';

/** A segment of this size is followed by a new one, in bytes. */
const segmentBytesMax = 8 * 1024 * 1024;
export const segmentName = /^\d{12}\.db$/;

/** The segments of a folder. */
export interface SegmentList {
  /** By file name, oldest first. */
  readonly all: ReadonlyMap<string, SpoolSegment>;
  /** File names of the unreadable segments. */
  readonly torn: readonly string[];
  /** The segment to append to; opens a new one if the last is full or failed. @throws {Error} if the disk is full */
  readonly writable: () => SpoolSegment;
  /** An append failed: the next one goes to a new segment, because this one may fail again. What it has is still sent. */
  readonly appendFailed: () => void;
  readonly removeIfDrained: (name: string) => void;
  readonly markTorn: (name: string) => void;
}

/** @throws {NotFileOwner} if a segment belongs to another user, whose events could still be sent */
export function openSegments(dir: string): SegmentList {
  const names = readdirSync(dir).toSorted();
  const all = new Map<string, SpoolSegment>();
  const torn = names.filter((name) => name.endsWith('.db.torn'));
  const removeIfDrained = (name: string): void => {
    const segment = all.get(name);
    if (!segment || [...segment.pending.values()].some(({ records }) => records > 0)) return;
    all.delete(name);
    segment.remove();
  };
  const closeAndMarkTorn = (name: string): void => {
    all.get(name)?.close();
    all.delete(name);
    markTorn(join(dir, name));
    torn.push(`${name}.torn`);
  };
  let lastNumber = 0;
  for (const name of names.filter((file) => segmentName.test(file))) {
    lastNumber = parseInt(name);
    try {
      all.set(name, openSegment(join(dir, name)));
      removeIfDrained(name);
    } catch (error) {
      const isBug = isProgrammingError(error) && !isDamagedInteger(error);
      if (error instanceof NotFileOwner || isBug) throw error;
      closeAndMarkTorn(name);
    }
  }

  /** Name of the segment to append to, if there is one. */
  let current = '';
  const writable = (): SpoolSegment => {
    const found = all.get(current);
    if (found && found.bytes() < segmentBytesMax) return found;
    const name = `${String(++lastNumber).padStart(12, '0')}.db`;
    try {
      const segment = openSegment(join(dir, name));
      all.set(name, segment);
      current = name;
      return segment;
    } catch (error) {
      removeFile(join(dir, name));
      throw error;
    }
  };
  const appendFailed = (): void => {
    removeIfDrained(current);
    current = '';
  };
  return { all, torn, writable, appendFailed, removeIfDrained, markTorn: closeAndMarkTorn };
}
