import { projectionVersion } from '@callstream/domain';

/** The projector cannot go on by itself; `message` names the cause and the remedy. */
export class ProjectionStopped extends Error {
  override readonly name = 'ProjectionStopped';
}

/** What makes tables that no longer belong to the log, or to these rules, right again. */
export const rebuildRemedy = 'Rebuild the projection: npm run projector -- rebuild';

/** @throws {ProjectionStopped} if the tables were made by other rules */
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
