import { projectionVersion } from '@callstream/domain';

/** The projector needs an operator; `message` names the cause and the remedy. */
export class ProjectionStopped extends Error {
  override readonly name = 'ProjectionStopped';
}

/** Remedy for tables that do not belong to this log or to this version. */
export const rebuildRemedy = 'Rebuild the projection: npm run projector -- rebuild';

/** @throws {ProjectionStopped} if another projection version made the tables */
export function checkVersion(version: number): void {
  if (version === projectionVersion) return;
  const remedy =
    version < projectionVersion
      ? `To upgrade the tables (docs/upgrade.md): npm run projector -- rebuild. Until then, run the projector of version ${version}.`
      : `Deploy the projector of version ${version}. To go back to version ${projectionVersion} instead: npm run projector -- rollback, if its tables are kept; else npm run projector -- rebuild`;
  throw new ProjectionStopped(
    `The tables are of projection version ${version}, this projector is of version ${projectionVersion}. ${remedy}`,
  );
}
