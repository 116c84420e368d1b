import type { Position } from '@callstream/tables';
import { findReplaced } from '../supervision/check-log.ts';
import type { CheckLogOptions } from '../supervision/check-log.ts';

type Offsets = ReadonlyMap<number, { readonly low: number; readonly high: number }>;

/** Something that the live tables were made from and that the log does not have any more. */
export interface Loss {
  readonly partition: number;
  /** A sentence. */
  readonly what: string;
  /** Whether the live position is beyond the end of the log. */
  readonly tail: boolean;
}

/** What tables that are made from the log now would lack of what the live ones have. */
export function lossesOf(live: readonly Position[], log: Offsets): Loss[] {
  return live.flatMap(({ partition, nextOffset }) => {
    const { low, high } = log.get(partition) ?? { low: 0, high: 0 };
    const losses: Loss[] = [];
    if (low > 0 && nextOffset > 0)
      losses.push({
        partition,
        tail: false,
        what: `Partition ${partition}: records 0 to ${low - 1} were deleted from the log.`,
      });
    if (high < nextOffset)
      losses.push({
        partition,
        tail: true,
        what: `Partition ${partition}: the log ends at ${high}, the live tables have ${nextOffset} records of it.`,
      });
    return losses;
  });
}

/** As {@link lossesOf}, and where the log has another record than the one that was applied last. */
export async function findLosses(check: CheckLogOptions, log: Offsets): Promise<Loss[]> {
  const replaced = (await findReplaced(check, log)).map(({ partition, nextOffset }) => ({
    partition,
    tail: false,
    what: `Partition ${partition}: record ${nextOffset - 1} is not the one that the live tables have: the topic was made anew, or its log was replaced.`,
  }));
  return [...lossesOf(check.positions, log), ...replaced];
}
