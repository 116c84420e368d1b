import type { Position } from '@callstream/tables';
import { findReplaced } from '../supervision/check-log.ts';
import type { CheckLogOptions, LogOffsets } from '../supervision/check-log.ts';

/** Records that the live tables were made from, and that the log no longer has. */
export interface Loss {
  readonly partition: number;
  /** A sentence for the operator. */
  readonly message: string;
  /** Whether the live position is beyond the end of the log. */
  readonly tail: boolean;
}

/** Records that tables built from the log now would lack, compared with the live ones. */
export function lossesOf(live: readonly Position[], log: LogOffsets): Loss[] {
  return live.flatMap(({ partition, nextOffset }) => {
    const { low, high } = log.get(partition) ?? { low: 0, high: 0 };
    const losses: Loss[] = [];
    if (low > 0 && nextOffset > 0)
      losses.push({
        partition,
        tail: false,
        message: `Partition ${partition}: records 0 to ${low - 1} were deleted from the log.`,
      });
    if (high < nextOffset)
      losses.push({
        partition,
        tail: true,
        message: `Partition ${partition}: the log ends at ${high}, but the live tables are at ${nextOffset}.`,
      });
    return losses;
  });
}

/** As {@link lossesOf}, and partitions whose last applied record is another one in the log. */
export async function findLosses(check: CheckLogOptions, log: LogOffsets): Promise<Loss[]> {
  const replaced = (await findReplaced(check, log)).map(({ partition, nextOffset }) => ({
    partition,
    tail: false,
    message: `Partition ${partition}: record ${nextOffset - 1} is not the one that the live tables have: the topic was recreated, or its log was replaced.`,
  }));
  return [...lossesOf(check.positions, log), ...replaced];
}
