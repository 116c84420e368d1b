import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateFolder } from '@callstream/files';
import type { SpooledRecord, SpoolStatus, SpoolBatch } from './messages.ts';
import { NotFileOwner } from './database.ts';
import { lockFile, lockFolder } from './folder-lock.ts';
import { openQuarantine } from './quarantine.ts';
import type { SpoolSegment } from './segment.ts';
import { openSegment, removeFile, markTorn } from './segment.ts';

/** A segment that was given this much is followed by another one, in bytes. */
const segmentBytesMax = 8 * 1024 * 1024;
const segmentName = /^\d{12}\.db$/;

export interface SpoolFolder {
  readonly append: (records: readonly SpooledRecord[]) => void;
  readonly take: (lane: number, limits: { records: number; bytes: number }) => SpoolBatch | null;
  readonly drained: (sent: { lane: number; segment: string; id: number; records: number }) => void;
  /** Sets the next record of a lane aside, for good. */
  readonly refuse: (refused: { lane: number; segment: string; id: number; reason: string }) => void;
  readonly status: () => SpoolStatus;
  readonly close: () => void;
}

/** Whether a folder is a spool. One that is closed to us counts as one: who opens it is told whose it is. */
export function isSpool(dir: string): boolean {
  try {
    return readdirSync(dir).some((name) => name === lockFile || segmentName.test(name));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/**
 * The spool on disk: segments, oldest first. Belongs to one process.
 * @throws {Error} if another process has it, or the folder cannot be written
 */
export function openFolder(dir: string): SpoolFolder {
  let readable: string | null = null;
  makePrivateFolder(dir, (reason) => (readable = reason));
  const owner = lockFolder(dir);
  const refused = openQuarantine(dir);
  const names = readdirSync(dir).toSorted();
  const segments = new Map<string, SpoolSegment>();
  const torn = names.filter((name) => name.endsWith('.db.torn'));
  const setAside = (name: string): void => {
    segments.get(name)?.close();
    segments.delete(name);
    markTorn(join(dir, name));
    torn.push(`${name}.torn`);
  };
  const removeIfDrained = (name: string, segment: SpoolSegment): void => {
    if ([...segment.lanes.values()].some(({ records }) => records > 0)) return;
    segments.delete(name);
    segment.remove();
  };
  let number = 0;
  for (const name of names.filter((file) => segmentName.test(file))) {
    number = parseInt(name);
    try {
      const segment = openSegment(join(dir, name));
      segments.set(name, segment);
      removeIfDrained(name, segment);
    } catch (error) {
      // It has events that can still be sent, by its owner.
      if (error instanceof NotFileOwner) throw error;
      setAside(name);
    }
  }

  /** Name of the segment that is written to now, if any. */
  let current = '';
  const writable = (): SpoolSegment => {
    const found = segments.get(current);
    if (found && found.bytes() < segmentBytesMax) return found;
    const name = `${String(++number).padStart(12, '0')}.db`;
    try {
      const segment = openSegment(join(dir, name));
      segments.set(name, segment);
      current = name;
      return segment;
    } catch (error) {
      removeFile(join(dir, name));
      throw error;
    }
  };
  const drained: SpoolFolder['drained'] = ({ lane, segment: name, id, records }) => {
    const segment = segments.get(name);
    segment?.drained(lane, id, records);
    if (segment) removeIfDrained(name, segment);
  };
  return {
    append: (records) => {
      try {
        writable().append(records);
      } catch (error) {
        // A file that failed once is not written again; what it has is still sent.
        const failed = segments.get(current);
        if (failed) removeIfDrained(current, failed);
        current = '';
        throw error;
      }
    },
    take: (lane, limits) => {
      for (const [name, segment] of segments) {
        if ((segment.lanes.get(lane)?.records ?? 0) === 0) continue;
        try {
          const records = segment.read(lane, limits);
          if (records.length > 0) return { lane, segment: name, records };
        } catch (error) {
          if (!isTorn(error)) throw error;
        }
        setAside(name);
      }
      return null;
    },
    drained,
    refuse: ({ lane, segment, id, reason }) => {
      const [next] = segments.get(segment)?.read(lane, { records: 1, bytes: 0 }) ?? [];
      if (next?.id !== id) return;
      refused.add(next.record, reason);
      drained({ lane, segment, id, records: 1 });
    },
    status: () => ({ ...sumOf(segments.values()), refused: refused.count(), torn, readable }),
    close: () => {
      for (const segment of segments.values()) segment.close();
      refused.close();
      owner.close();
    },
  };
}

/** SQLITE_CORRUPT, SQLITE_NOTADB. @see https://www.sqlite.org/rescode.html */
const isTorn = (error: unknown): boolean => [11, 26].includes(((error as { errcode?: number }).errcode ?? 0) & 0xff);

function sumOf(segments: Iterable<SpoolSegment>): Pick<SpoolStatus, 'lanes' | 'bytes' | 'oldestAt'> {
  const sums = new Map<number, number>();
  let bytes = 0;
  let oldestAt = Infinity;
  for (const segment of segments) {
    bytes += segment.bytes();
    for (const [lane, { records, headAt }] of segment.lanes) {
      if (records === 0) continue;
      sums.set(lane, (sums.get(lane) ?? 0) + records);
      oldestAt = Math.min(oldestAt, headAt);
    }
  }
  return { lanes: sums, bytes, oldestAt: oldestAt === Infinity ? null : oldestAt };
}
