import type { Consumer } from 'kafkajs';
import type { Log } from '../../log.ts';

const commitEveryMs = 1_000;

/** Tells Kafka once a second how far we are. For lag tools only: nobody reads these offsets to decide anything. */
export function createOffsetCommits(
  consumer: Consumer,
  topic: string,
  log: Log,
): { reached: (partition: number, next: number) => void } & AsyncDisposable {
  const reached = new Map<number, number>();
  const flush = async (): Promise<void> => {
    const offsets = [...reached].map(([partition, next]) => ({ topic, partition, offset: String(next) }));
    reached.clear();
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
  return { reached: (partition, next) => void reached.set(partition, next), [Symbol.asyncDispose]: close };
}
