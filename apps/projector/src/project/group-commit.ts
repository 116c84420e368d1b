import { setImmediate as endOfTurn } from 'node:timers/promises';
import { shortBatchRecordsMax } from '@callstream/runtime';
import { ConnectionLost, project, withConnection } from '@callstream/tables';
import pLimit from 'p-limit';
import { applyRecords, moveOf, recordCommit } from './apply-records.ts';
import type { ApplyRecordsOptions } from './apply-records.ts';
import type { AlignedBatch } from './bisect-batch.ts';
import { foldRecords } from './fold-records.ts';

type Apply = (batch: AlignedBatch) => Promise<number>;

/** Lock timeout of a group commit, in ms; on expiry each batch commits alone. */
const lockTimeoutMs = 200;

interface PendingCommit extends AlignedBatch {
  readonly resolve: (next: number | Promise<number>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Like {@link applyRecords}, but short batches that arrive together share one transaction: at a low load a transaction costs
 * more than its rows (docs/decisions/0017). Long batches commit alone, in parallel. If a group commit fails, each of its
 * batches commits alone, so that a bad or locked row delays only its own partition.
 * @param concurrency of the batches that commit alone
 */
export function createGroupCommit(options: ApplyRecordsOptions, concurrency: number): Apply {
  const limit = pLimit(concurrency);
  const applyAlone: Apply = (batch) => limit(() => applyRecords(options, batch));
  let pending: PendingCommit[] = [];
  let isCommitting = false;
  const commitPending = async (): Promise<void> => {
    isCommitting = true;
    // All batches of a fetch arrive within one turn of the event loop.
    for (await endOfTurn(); pending.length > 0; await endOfTurn()) {
      const group = pending;
      pending = [];
      await commitGroup(options, group, applyAlone);
    }
    isCommitting = false;
  };
  return (batch) => {
    if (batch.records.length > shortBatchRecordsMax) return applyAlone(batch);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    pending.push({ ...batch, resolve, reject });
    if (!isCommitting) void commitPending();
    return promise;
  };
}

async function commitGroup(
  options: ApplyRecordsOptions,
  group: readonly PendingCommit[],
  applyAlone: Apply,
): Promise<void> {
  const applyEachAlone = (): void => group.forEach((batch) => batch.resolve(applyAlone(batch)));
  try {
    const { undecodable, batch } = foldRecords(group.flatMap(({ records }) => records));
    if (undecodable.length > 0) return applyEachAlone();
    const projection = { moves: group.map(moveOf), batch, lockTimeoutMs };
    await withConnection(options.db, (client) => project(client, projection, options.dedup));
  } catch (error) {
    if (!(error instanceof ConnectionLost)) return applyEachAlone();
    return group.forEach(({ reject }) => reject(error));
  }
  for (const batch of group) batch.resolve(recordCommit(options, batch));
}
