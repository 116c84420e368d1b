import { setImmediate as endOfTurn } from 'node:timers/promises';
import pLimit from 'p-limit';
import { shortBatchRecordsMax } from '@callstream/runtime';
import { ConnectionLost, project, withConnection } from '@callstream/tables';
import { applyRecords, recordCommit, moveOf } from './apply-records.ts';
import type { ApplyRecordsOptions } from './apply-records.ts';
import { foldRecords } from './fold-records.ts';
import type { AlignedBatch } from './bisect-batch.ts';

/** Who waits longer for a row that somebody else has locked, waits by itself, in ms. */
const lockTimeoutMs = 200;

interface PendingCommit extends AlignedBatch {
  readonly resolve: (next: number | Promise<number>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * As {@link apply}; but short parts that come at the same time are written in one transaction: while little
 * comes, a transaction costs more than its rows (docs/decisions/0017). Longer ones are applied by themselves, side by side. If that fails, each is applied by itself, so that
 * what is wrong with one holds up no other.
 * @param concurrency of those that are applied by themselves
 */
export function createGroupCommit(
  applying: ApplyRecordsOptions,
  concurrency: number,
): (part: AlignedBatch) => Promise<number> {
  const limit = pLimit(concurrency);
  const byItself = (part: AlignedBatch): Promise<number> => limit(() => applyRecords(applying, part));
  let waiting: PendingCommit[] = [];
  let isWriting = false;
  const writeWaiting = async (): Promise<void> => {
    isWriting = true;
    // At the end of a turn everything has come that was fetched together.
    for (await endOfTurn(); waiting.length > 0; await endOfTurn()) {
      const together = waiting;
      waiting = [];
      await commitGroup(applying, together, byItself);
    }
    isWriting = false;
  };
  return (part) => {
    if (part.records.length > shortBatchRecordsMax) return byItself(part);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    waiting.push({ ...part, resolve, reject });
    if (!isWriting) void writeWaiting();
    return promise;
  };
}

async function commitGroup(
  applying: ApplyRecordsOptions,
  parts: readonly PendingCommit[],
  byItself: (part: AlignedBatch) => Promise<number>,
): Promise<void> {
  const byThemselves = (): void => parts.forEach((part) => part.resolve(byItself(part)));
  try {
    const { undecodable, batch } = foldRecords(parts.flatMap(({ records }) => records));
    if (undecodable.length > 0) return byThemselves();
    const projection = { moves: parts.map(moveOf), batch, lockTimeoutMs };
    await withConnection(applying.db, (client) => project(client, projection, applying.seen));
  } catch (error) {
    if (!(error instanceof ConnectionLost)) return byThemselves();
    return parts.forEach(({ reject }) => reject(error));
  }
  for (const part of parts) part.resolve(recordCommit(applying, part));
}
