import { readPositions } from '@callstream/tables';
import { keepTrying } from '../keep-trying.ts';
import { fill } from './fill.ts';
import { offsetsOf } from './live-positions.ts';
import type { Operation } from './operation.ts';
import type { OwnTables } from './own-tables.ts';
import { showProgress } from './progress.ts';

/** Fills tables without indexes with the log up to `targets`, and shows how far it is. Failures that pass are waited out. */
export async function readUp(
  { kafka, topic, signal, terminal, log }: Operation,
  { db, positions }: OwnTables,
  targets: ReadonlyMap<number, number>,
): Promise<void> {
  using progress = showProgress({ from: positions, to: targets, stream: terminal });
  const attempt = async (): Promise<void> => {
    // What the last attempt had committed, and nothing of what it had not.
    for (const [partition, next] of offsetsOf(await readPositions(db))) {
      positions.set(partition, next);
      progress.at(partition, next);
    }
    await fill({ kafka, topic, db, positions, targets, onProgress: progress.at, signal, log });
  };
  await keepTrying(attempt, { signal, onRetry: () => undefined, log });
}
