import { partitionsMax } from '@callstream/domain';
import type { Call, Facts } from '@callstream/domain';

/** What the tables have of a call. */
export interface KnownCall {
  readonly facts: Facts;
  /** As the facts are played. */
  readonly call: Call;
}

/** How far a transaction takes a partition. */
interface Step {
  readonly partition: number;
  readonly expected: number;
  readonly next: number;
}

/**
 * Calls as they stand in the tables, so that a batch need not read back those of the batch before. Whoever writes a call moves the
 * position of its partition: an entry holds for as long as nobody but us has moved it.
 */
export interface CallCache {
  /** What the tables have of a call while they are where `steps` begin; undefined if that is not known. */
  readonly begin: (steps: readonly Step[]) => (callId: string) => KnownCall | undefined;
  /** Whether it is of these tables; if not, it forgets the others, and is of these from now on. */
  readonly areOf: (tablesId: string) => boolean;
  /** They are where `steps` end, and these calls changed. */
  readonly written: (steps: readonly Step[], calls: Iterable<KnownCall>) => void;
}

/** Facts that are kept, at most: at about 300 bytes each, some 20 MB. Those of the calls that changed longest ago go first. */
const factsMax = 65_536;

interface Entry extends KnownCall {
  readonly partition: number;
  readonly generation: number;
}

export function createCallCache(max = factsMax): CallCache {
  let tables = '';
  let facts = 0;
  const entries = new Map<string, Entry>();
  const positions = new Map<number, number>();
  /** Raised when somebody else has moved a partition: then older entries of it hold no longer. */
  const generations = new Map<number, number>();
  const generationOf = (partition: number): number => generations.get(partition) ?? 0;
  const remove = (callId: string): void => {
    facts -= entries.get(callId)?.facts.length ?? 0;
    entries.delete(callId);
  };
  const forgetAll = (): void => {
    entries.clear();
    positions.clear();
    facts = 0;
  };
  return {
    begin: (steps) => {
      for (const { partition, expected } of steps)
        if (positions.get(partition) !== expected) generations.set(partition, generationOf(partition) + 1);
      const ours = new Set(steps.map(({ partition }) => partition));
      return (callId) => {
        const entry = entries.get(callId);
        return entry && ours.has(entry.partition) && entry.generation === generationOf(entry.partition)
          ? entry
          : undefined;
      };
    },
    areOf: (tablesId) => {
      const isSame = tables === tablesId || tables === '';
      tables = tablesId;
      if (!isSame) forgetAll();
      return isSame;
    },
    written: (steps, calls) => {
      for (const { partition, next } of steps) positions.set(partition, next);
      for (const { call, facts: known } of calls) {
        remove(call.callId);
        const partition = onlyPartitionOf(known);
        if (partition === null) continue;
        entries.set(call.callId, { call, facts: known, partition, generation: generationOf(partition) });
        facts += known.length;
      }
      for (const callId of entries.keys()) {
        if (facts <= max) break;
        remove(callId);
      }
    },
  };
}

/** The partition of the log that has all of a call; null if it is in several, so that other projectors may write it, too. */
function onlyPartitionOf(facts: Facts): number | null {
  const partition = (facts[0]?.id ?? 0) % partitionsMax;
  return facts.every(({ id }) => id % partitionsMax === partition) ? partition : null;
}
