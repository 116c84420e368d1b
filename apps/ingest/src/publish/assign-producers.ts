import type { TopicDescription } from '@callstream/runtime';

/** Most producers with INGEST_PRODUCERS=auto. */
export const producersAutoMax = 16;
/** Where each batch is flushed, a second producer keeps the broker's disk busy. See docs/decisions/0004. */
const flushedPerLeader = 2;

/**
 * The producer of each partition, by number of the partition. With `auto` a producer has partitions of one leader only: as it has one
 * batch in flight, a leader that is slow delays the events of its own partitions, and no others.
 */
export function assignProducers(
  setting: number | 'auto',
  { leaders, durability }: Pick<TopicDescription, 'leaders' | 'durability'>,
): readonly number[] {
  if (setting !== 'auto') return leaders.map((_leader, partition) => partition % setting);
  const perLeader = durability.flushRecords === 1 ? flushedPerLeader : 1;
  const partitionsOf = new Map<number, number>();
  const producers = new Map<string, number>();
  return leaders.map((leader) => {
    const ordinal = partitionsOf.get(leader) ?? 0;
    partitionsOf.set(leader, ordinal + 1);
    const name = `${leader}/${ordinal % perLeader}`;
    const producer = producers.get(name) ?? producers.size % producersAutoMax;
    producers.set(name, producer);
    return producer;
  });
}
