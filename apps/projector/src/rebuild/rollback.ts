import { projectionVersion } from '@callstream/domain';
import { endOffsets } from '@callstream/runtime';
import { discardedSchema, dropProjection, previousSchema, readPositions, readSchemas } from '@callstream/tables';
import { ProjectionStopped } from '../supervision/projection-stopped.ts';
import { createRecordExclusion } from './fill/exclude-record.ts';
import { offsetsOf, readLivePositions } from './live-positions.ts';
import { lossesOf } from './losses.ts';
import type { MaintenanceContext } from './maintenance.ts';
import { startFollower } from './swap/follower.ts';
import type { Follower } from './swap/follower.ts';
import { mayHaveSwapped, swap, waitText } from './swap/swap.ts';

/** Swaps the live tables with those that were live before the last swap. */
export async function rollback(context: MaintenanceContext): Promise<void> {
  const { kafka, topic, live, tables, printStatus, printResult, ifStopped } = context;
  ifStopped('Nothing has changed.');
  const livePositions = await readLivePositions(context);
  if (!(await readSchemas(live)).some(({ schema }) => schema === previousSchema))
    throw new ProjectionStopped(
      'There is no projection_previous to roll back to: there was no swap, or the tables were dropped.',
    );
  await dropProjection(live, discardedSchema);
  const db = tables(previousSchema);
  const positions = await readPositions(db);
  const version = positions[0]?.version;
  const losses = lossesOf(livePositions, await endOffsets(kafka, topic));
  const lost = new Set(losses.map(({ partition }) => partition));

  await using stack = new AsyncDisposableStack();
  let follower: Follower | null = null;
  const { excludeRecord, report } = createRecordExclusion(context, db);
  if (version === projectionVersion)
    follower = stack.use(await startFollower({ ...context, db, positions: offsetsOf(positions), excludeRecord }));
  else
    printStatus(
      `projection_previous is of version ${String(version)}, this code of version ${projectionVersion}: a projector of version ${String(version)} brings it up to date after the swap.`,
    );
  ifStopped(mayHaveSwapped);
  const swapped = swap({ ...context, incoming: previousSchema, follower, lost });
  const heldMs = await (follower ? Promise.race([swapped, follower.failure]) : swapped);
  ifStopped('The swap is done.');
  printStatus(
    `Rolled back: ${waitText(heldMs)}. The tables of version ${String(version)} are live; run projectors of that version.`,
  );
  report();
  printResult({
    lines: ['The tables that were live are kept as projection_previous: a second rollback restores them.'],
    json: { outcome: 'swapped', version, writers_waited_ms: heldMs },
  });
}
