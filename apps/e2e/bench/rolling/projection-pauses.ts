import { setTimeout as sleep } from 'node:timers/promises';
import { connectOffsetReader } from '@callstream/runtime/testing';
import { readPositions } from '@callstream/tables';
import type { System } from '../../src/system/system.ts';

/** Interval between two readings of end offsets and positions. */
const pollEveryMs = 10;

/** Measures how long records wait to be projected. */
export interface ProjectionPauses extends AsyncDisposable {
  /** By partition: the longest time with lag in which the position did not move, since the last `take`; in ms. */
  readonly take: () => Map<number, number>;
}

export async function measureProjectionPauses({ kafka, db, topic }: System): Promise<ProjectionPauses> {
  const offsets = await connectOffsetReader(kafka, topic);
  /** Position of each partition with lag, and since when it has not moved. */
  const stalled = new Map<number, { position: number; since: number }>();
  let longest = new Map<number, number>();
  const poll = async (): Promise<void> => {
    const ends = await offsets.read();
    const at = performance.now();
    for (const { partition, nextOffset: position } of await readPositions(db)) {
      const before = stalled.get(partition);
      if (before) longest.set(partition, Math.max(longest.get(partition) ?? 0, performance.now() - before.since));
      if (before?.position === position) continue;
      if (position < (ends.get(partition) ?? 0)) stalled.set(partition, { position, since: at });
      else stalled.delete(partition);
    }
  };
  const stopping = new AbortController();
  const polling = (async () => {
    while (!stopping.signal.aborted) {
      await poll();
      await sleep(pollEveryMs);
    }
  })();
  return {
    take: () => {
      const pauses = longest;
      longest = new Map();
      return pauses;
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await polling;
      await offsets[Symbol.asyncDispose]();
    },
  };
}
