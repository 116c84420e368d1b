import { projectionVersion } from '@callstream/domain';
import { endOffsets } from '@callstream/runtime';
import { discardedSchema, dropProjection, previousSchema, readPositions, readSchemas } from '@callstream/tables';
import { ProjectionStopped } from '../supervision/projection-stopped.ts';
import { startFollower } from './swap/follower.ts';
import type { Follower } from './swap/follower.ts';
import { createRecordExclusion } from './fill/exclude-record.ts';
import { readLivePositions, offsetsOf } from './live-positions.ts';
import { lossesOf } from './losses.ts';
import type { MaintenanceContext } from './maintenance.ts';
import { waitText, swap } from './swap/swap.ts';

/** Puts the projection that was live before the last swap in its place again, and keeps the live one as the previous. */
export async function rollback(operation: MaintenanceContext): Promise<void> {
  const { kafka, topic, live, tables, say } = operation;
  const before = await readLivePositions(operation);
  if (!(await readSchemas(live)).some(({ schema }) => schema === previousSchema))
    throw new ProjectionStopped(
      'There is no projection_previous to go back to: nothing was swapped, or the tables were dropped.',
    );
  await dropProjection(live, discardedSchema);
  const db = tables(previousSchema);
  const positions = await readPositions(db);
  const version = positions[0]?.version;
  const lost = new Set(lossesOf(before, await endOffsets(kafka, topic)).map(({ partition }) => partition));

  await using stack = new AsyncDisposableStack();
  let follower: Follower | null = null;
  const { leaveOut, report } = createRecordExclusion(operation, db);
  if (version === projectionVersion)
    follower = stack.use(await startFollower({ ...operation, db, positions: offsetsOf(positions), leaveOut }));
  else
    say(
      `projection_previous is of version ${String(version)}, this code of version ${projectionVersion}: a projector of version ${String(version)} brings it up to date after the swap.`,
    );
  const swapping = swap({ ...operation, incoming: previousSchema, follower, lost });
  const heldMs = await (follower ? Promise.race([swapping, follower.failure]) : swapping);
  say(
    `Rolled back: ${waitText(heldMs)}. The tables of version ${String(version)} are live; run projectors of that version.`,
  );
  report();
  say('The tables that were live are kept as projection_previous: a second rollback brings them back.');
}
