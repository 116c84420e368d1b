import { projectionVersion } from '@callstream/domain';
import { readConnectedServices } from '@callstream/tables';
import { ProjectionStopped } from '../supervision/projection-stopped.ts';
import { readLivePositions } from './live-positions.ts';
import type { MaintenanceContext } from './maintenance.ts';

export interface NeedsRebuildOptions {
  /** Throw if projectors or gateways are connected: they may be of the older version. */
  readonly unlessInUse: boolean;
}

/**
 * Whether an older projection version made the live tables.
 * @throws {ProjectionStopped} if a newer one made them, or if `unlessInUse` and services are connected
 */
export async function needsRebuild(
  context: MaintenanceContext,
  { unlessInUse }: NeedsRebuildOptions,
): Promise<boolean> {
  const { printStatus } = context;
  const [position] = await readLivePositions(context);
  const version = position?.version ?? projectionVersion;
  if (version > projectionVersion)
    throw new ProjectionStopped(
      `The tables are of projection version ${version}, which is newer than version ${projectionVersion} of this code. Run the code of version ${version}. ` +
        `To go back to version ${projectionVersion}: npm run projector -- rollback, if it was live before; else npm run projector -- rebuild (docs/upgrade.md).`,
    );
  if (version === projectionVersion) return false;
  if (unlessInUse) await checkUnused(context, version);
  printStatus(
    `The tables are of projection version ${version}, and this code is of version ${projectionVersion}: they are rebuilt.`,
  );
  return true;
}

async function checkUnused({ live }: MaintenanceContext, version: number): Promise<void> {
  const connected = await readConnectedServices(live);
  if (connected.length === 0) return;
  const names = connected.map(({ name, address, pid }) => `${name} (${address ?? 'this machine'}, backend ${pid})`);
  throw new ProjectionStopped(
    `The tables are of projection version ${version}, older than version ${projectionVersion} of this code, and services use them: ${names.join(', ')}. ` +
      `A rebuild would end projectors of version ${version}. Stop these services and start again, or upgrade in steps: npm run projector -- rebuild (docs/upgrade.md).`,
  );
}
