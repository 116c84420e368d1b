import { projectionVersion } from '@callstream/domain';
import { endOffsets } from '@callstream/runtime';
import { discardedSchema, dropProjection, prepareForFill, nextSchema } from '@callstream/tables';
import { ProjectionStopped } from '../supervision/projection-stopped.ts';
import { startFollower } from './swap/follower.ts';
import { createRecordExclusion } from './fill/exclude-record.ts';
import type { ExcludeRecord } from './fill/exclude-record.ts';
import { readLivePositions } from './live-positions.ts';
import { findLosses } from './losses.ts';
import type { Loss } from './losses.ts';
import { buildFromLog } from './fill/build-from-log.ts';
import type { MaintenanceContext } from './maintenance.ts';
import { findResumable, createShadowTables } from './fill/shadow-tables.ts';
import type { ShadowTables } from './fill/shadow-tables.ts';
import { waitText, swap } from './swap/swap.ts';

export interface RebuildOptions {
  /** Whether the new tables are to become the live ones. */
  readonly swap: boolean;
  /** Whether to begin anew where an interrupted rebuild could be resumed. */
  readonly restart: boolean;
  /** Whether the new tables may lack what the log has lost. */
  readonly acceptLoss: boolean;
  /** Records that are folded in memory before they are written, for each of two connections. */
  readonly batch: number;
}

/** Makes the projection anew from the log, beside the live one, and puts it in its place. */
export async function rebuild(operation: MaintenanceContext, options: RebuildOptions): Promise<void> {
  const { kafka, topic, live, say } = operation;
  await dropProjection(live, discardedSchema);
  const positions = await readLivePositions(operation);
  const log = await endOffsets(kafka, topic);
  const losses = await findLosses({ ...operation, positions }, log);
  if (losses.length > 0 && !options.acceptLoss) throw new ProjectionStopped(explainLosses(losses));

  const found = options.restart ? null : await findResumable(operation, log);
  const logId = losses.length > 0 ? undefined : positions[0]?.logId;
  const next = found ?? (await createShadowTables(operation, { schema: nextSchema, log, logId }));
  const { leaveOut, report } = createRecordExclusion(operation, next.db);
  // Also when it fails or is interrupted: who goes on with it meets only what comes behind.
  using _listed = { [Symbol.dispose]: report };
  say(
    `${found ? 'Resuming the rebuild' : 'Rebuilding'} from "${topic}" by the rules of version ${projectionVersion}; the live tables stay as they are.`,
  );
  if (!next.complete) {
    await prepareForFill(next.db, nextSchema);
    const targets = new Map([...log].map(([partition, { high }]) => [partition, high]));
    const foldRecordsMin = options.batch;
    await buildFromLog(operation, next, { schema: nextSchema, log, targets, foldRecordsMin, leaveOut });
  }
  if (!options.swap) {
    say('The new tables are ready in projection_next. `npm run projector -- rebuild` catches up and swaps.');
    return;
  }
  await goLive(operation, next, { losses, leaveOut });
}

async function goLive(
  operation: MaintenanceContext,
  next: ShadowTables,
  { losses, leaveOut }: { losses: readonly Loss[]; leaveOut: ExcludeRecord },
): Promise<void> {
  const { live, say } = operation;
  const lost = new Set(losses.filter(({ tail }) => tail).map(({ partition }) => partition));
  {
    await using follower = await startFollower({ ...operation, ...next, leaveOut });
    const heldMs = await Promise.race([swap({ ...operation, incoming: nextSchema, follower, lost }), follower.failure]);
    say(`Swapped: ${waitText(heldMs)}. The tables of version ${projectionVersion} are live.`);
  }
  await dropProjection(live, discardedSchema);
  say(
    'The old tables are kept as projection_previous until the next rebuild: `npm run projector -- rollback` goes back.',
  );
}

const explainLosses = (losses: readonly Loss[]): string =>
  [
    'The log does not have everything that the live tables were made from:',
    ...losses.map(({ what }) => `  ${what}`),
    'New tables would lack it. To go on nevertheless: `npm run projector -- rebuild --accept-loss`; the old tables are kept as projection_previous.',
  ].join('\n');
