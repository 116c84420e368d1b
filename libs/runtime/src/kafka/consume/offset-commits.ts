import type { Consumer } from 'kafkajs';
import type { Log } from '../../log.ts';

const commitEveryMs = 1_000;

export interface OffsetCommits extends AsyncDisposable {
  /** `partition` is handled up to before the offset `next`. */
  readonly reached: (partition: number, next: number) => void;
  /** Drops what is not committed yet: after a rebalance, another member may be ahead of it. */
  readonly forget: () => void;
}

/** Commits offsets to Kafka once a second: for lag tools, and for the delegator, which continues from them. */
export function createOffsetCommits(consumer: Consumer, topic: string, log: Log): OffsetCommits {
  const pending = new Map<number, number>();
  const flush = async (): Promise<void> => {
    const offsets = [...pending].map(([partition, next]) => ({ topic, partition, offset: String(next) }));
    pending.clear();
    if (offsets.length === 0) return;
    await consumer
      .commitOffsets(offsets)
      .catch((error: unknown) => log.debug({ error: String(error) }, 'consumer.commit-failed'));
  };
  const timer = setInterval(() => void flush(), commitEveryMs);
  const close = async (): Promise<void> => {
    clearInterval(timer);
    await flush();
  };
  return {
    reached: (partition, next) => void pending.set(partition, next),
    forget: () => pending.clear(),
    [Symbol.asyncDispose]: close,
  };
}
