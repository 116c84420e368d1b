import { setTimeout as sleep } from 'node:timers/promises';
import { readPositions } from '@callstream/tables';
import type { System } from '../../src/system/system.ts';

/** How often it is looked where the log ends and the tables are, in ms. */
const pollEveryMs = 10;

/** Follows how long records wait for the tables. */
export interface ProjectionPauses extends AsyncDisposable {
  /** The longest time of each partition, since this was asked last, in which records waited and its position did not move; in ms. */
  readonly take: () => Map<number, number>;
}

export async function measureProjectionPauses({ kafka, db, topic }: System): Promise<ProjectionPauses> {
  const admin = kafka.admin();
  await admin.connect();
  /** Since when a partition waits, and where. */
  const waiting = new Map<number, { position: number; since: number }>();
  let longest = new Map<number, number>();
  const look = async (): Promise<void> => {
    const ends = new Map(
      (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]),
    );
    const at = performance.now();
    for (const { partition, nextOffset: position } of await readPositions(db)) {
      const before = waiting.get(partition);
      if (before) longest.set(partition, Math.max(longest.get(partition) ?? 0, performance.now() - before.since));
      if (before?.position === position) continue;
      if (position < (ends.get(partition) ?? 0)) waiting.set(partition, { position, since: at });
      else waiting.delete(partition);
    }
  };
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      await look();
      await sleep(pollEveryMs);
    }
  })();
  return {
    take: () => {
      const taken = longest;
      longest = new Map();
      return taken;
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await watching;
      await admin.disconnect();
    },
  };
}
