import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateFolder } from '@callstream/files';
import { isDamaged } from './database.ts';
import { lockFile, lockFolder } from './folder-lock.ts';
import type { SpooledRecord, SpoolBatch, SpoolStatus } from './messages.ts';
import { openQuarantine, quarantineFile } from './quarantine.ts';
import { openSegments, segmentName } from './segment-list.ts';
import type { SpoolSegment } from './segment.ts';

export interface SpoolFolder {
  readonly append: (records: readonly SpooledRecord[]) => void;
  readonly take: (partition: number, limits: { records: number; bytes: number }) => SpoolBatch | null;
  readonly markDrained: (sent: { partition: number; segment: string; id: number; records: number }) => void;
  /** Moves the next record of a partition to the quarantine. */
  readonly quarantine: (record: { partition: number; segment: string; id: number; reason: string }) => void;
  readonly status: () => SpoolStatus;
  readonly close: () => void;
}

/** Whether a folder is a spool. A folder that is not readable counts as one, so that opening it says who owns it. */
export function isSpool(dir: string): boolean {
  try {
    return readdirSync(dir).some((name) => name === lockFile || segmentName.test(name));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/** Whether a spool that is not open has events: to send, or quarantined. A folder that is not readable may have some. */
export function hasEvents(dir: string): boolean {
  try {
    return readdirSync(dir).some(
      (name) => segmentName.test(name) || (name === quarantineFile && statSync(join(dir, name)).size > 0),
    );
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/**
 * The spool on disk: segments, oldest first. Only one process may have it open.
 * @param lockWaitMs how long to wait for another process that has it open
 * @throws {Error} if another process has it, or the folder is not writable
 */
export function openFolder(dir: string, lockWaitMs = 0): SpoolFolder {
  let readable: string | null = null;
  makePrivateFolder(dir, (reason) => (readable = reason));
  const lock = lockFolder(dir, lockWaitMs);
  const quarantine = openQuarantine(dir);
  const segments = openSegments(dir);
  const markDrained: SpoolFolder['markDrained'] = ({ partition, segment, id, records }) => {
    segments.all.get(segment)?.markDrained(partition, id, records);
    segments.removeIfDrained(segment);
  };
  return {
    append: (records) => {
      try {
        segments.writable().append(records);
      } catch (error) {
        segments.appendFailed();
        throw error;
      }
    },
    take: (partition, limits) => {
      for (const [name, segment] of segments.all) {
        if ((segment.pending.get(partition)?.records ?? 0) === 0) continue;
        try {
          const records = segment.read(partition, limits);
          if (records.length > 0) return { partition, segment: name, records };
        } catch (error) {
          if (!isDamaged(error)) throw error;
        }
        segments.markTorn(name);
      }
      return null;
    },
    markDrained,
    quarantine: ({ partition, segment, id, reason }) => {
      const [next] = segments.all.get(segment)?.read(partition, { records: 1, bytes: 0 }) ?? [];
      if (next?.id !== id) return;
      quarantine.add(next.record, reason);
      markDrained({ partition, segment, id, records: 1 });
    },
    status: () => ({
      ...sumOf(segments.all.values()),
      quarantined: quarantine.count(),
      torn: segments.torn,
      readable,
    }),
    close: () => {
      for (const segment of segments.all.values()) segment.close();
      quarantine.close();
      lock.close();
    },
  };
}

function sumOf(segments: Iterable<SpoolSegment>): Pick<SpoolStatus, 'pending' | 'bytes' | 'oldestAt'> {
  const pending = new Map<number, number>();
  let bytes = 0;
  let oldestAt = Infinity;
  for (const segment of segments) {
    bytes += segment.bytes();
    for (const [partition, { records, headAt }] of segment.pending) {
      if (records === 0) continue;
      pending.set(partition, (pending.get(partition) ?? 0) + records);
      oldestAt = Math.min(oldestAt, headAt);
    }
  }
  return { pending, bytes, oldestAt: oldestAt === Infinity ? null : oldestAt };
}
