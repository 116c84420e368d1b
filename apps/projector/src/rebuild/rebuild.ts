import { projectionVersion } from '@callstream/domain';
import { endOffsets } from '@callstream/runtime';
import { discardedSchema, dropProjection, nextSchema, prepareForFill } from '@callstream/tables';
import { ProjectionStopped } from '../supervision/projection-stopped.ts';
import { buildFromLog } from './fill/build-from-log.ts';
import { createRecordExclusion } from './fill/exclude-record.ts';
import type { ExcludeRecord } from './fill/exclude-record.ts';
import { createShadowTables, findResumable } from './fill/shadow-tables.ts';
import type { ShadowTables } from './fill/shadow-tables.ts';
import { readLivePositions } from './live-positions.ts';
import { findLosses } from './losses.ts';
import type { Loss } from './losses.ts';
import type { MaintenanceContext } from './maintenance.ts';
import { startFollower } from './swap/follower.ts';
import { mayHaveSwapped, swap, waitText } from './swap/swap.ts';

export interface RebuildOptions {
  /** Whether the new tables become the live ones. */
  readonly swap: boolean;
  /** Whether to start over, although an interrupted rebuild could be resumed. */
  readonly restart: boolean;
  /** Whether the new tables may lack records that the log has lost. */
  readonly acceptLoss: boolean;
  /** Records that are folded in memory before they are written, for each of two connections. */
  readonly batch: number;
}

/** Rebuilds the projection from the log, beside the live one, and swaps the two. */
export async function rebuild(context: MaintenanceContext, options: RebuildOptions): Promise<void> {
  const { kafka, topic, live, printStatus, ifStopped } = context;
  ifStopped('The live tables are unchanged.');
  await dropProjection(live, discardedSchema);
  const positions = await readLivePositions(context);
  const log = await endOffsets(kafka, topic);
  const losses = await findLosses({ ...context, positions }, log);
  if (losses.length > 0 && !options.acceptLoss) throw new ProjectionStopped(explainLosses(losses));

  const resumed = options.restart ? null : await findResumable(context, log);
  const logId = losses.length > 0 ? undefined : positions[0]?.logId;
  const next = resumed ?? (await createShadowTables(context, { schema: nextSchema, log, logId }));
  const { excludeRecord, report } = createRecordExclusion(context, next.db);
  // Also on an error: a resumed rebuild does not read these records again, so it cannot report them.
  using _report = { [Symbol.dispose]: report };
  printStatus(
    `${resumed ? 'Resuming the rebuild' : 'Rebuilding'} from "${topic}" with projection version ${projectionVersion}; the live tables stay unchanged.`,
  );
  ifStopped(
    'The live tables are unchanged, and what was written beside them is kept: the same command continues there.',
  );
  if (!next.complete) {
    await prepareForFill(next.db, nextSchema);
    const targets = new Map([...log].map(([partition, { high }]) => [partition, high]));
    const foldRecordsMin = options.batch;
    await buildFromLog(context, next, { schema: nextSchema, log, targets, foldRecordsMin, excludeRecord });
  }
  if (!options.swap) {
    context.printResult({
      lines: ['The new tables are ready in projection_next. `npm run projector -- rebuild` catches up and swaps.'],
      json: { outcome: 'ready', version: projectionVersion },
    });
    return;
  }
  await swapIn(context, next, { losses, excludeRecord });
}

async function swapIn(
  context: MaintenanceContext,
  next: ShadowTables,
  { losses, excludeRecord }: { losses: readonly Loss[]; excludeRecord: ExcludeRecord },
): Promise<void> {
  const { live, ifStopped, printStatus, printResult } = context;
  const lost = new Set(losses.filter(({ tail }) => tail).map(({ partition }) => partition));
  let heldMs: number | null;
  ifStopped(mayHaveSwapped);
  {
    await using follower = await startFollower({ ...context, ...next, excludeRecord });
    const swapped = swap({ ...context, incoming: nextSchema, follower, lost });
    heldMs = await Promise.race([swapped, follower.failure]);
    ifStopped('The swap is done.');
    printStatus(`Swapped: ${waitText(heldMs)}. The tables of version ${projectionVersion} are live.`);
  }
  await dropProjection(live, discardedSchema);
  printResult({
    lines: [
      'The old tables are kept as projection_previous until the next rebuild: `npm run projector -- rollback` swaps back.',
    ],
    json: { outcome: 'swapped', version: projectionVersion, writers_waited_ms: heldMs },
  });
}

const explainLosses = (losses: readonly Loss[]): string =>
  [
    'The log does not have everything that the live tables were made from:',
    ...losses.map(({ message }) => `  ${message}`),
    'New tables would lack it. To accept that: `npm run projector -- rebuild --accept-loss`; the old tables are kept as projection_previous.',
  ].join('\n');
